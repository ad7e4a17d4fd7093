/*
 * Preloaded into a process (LD_PRELOAD), it makes fsync and fdatasync as slow as a disk's, or lets them fail. The file that SLOW_DISK
 * names holds "<milliseconds> <errno>" and is read at every call, so that a test can change both while the process runs. As long as the
 * milliseconds are negative, a call waits.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void rest(long milliseconds)
{
	struct timespec left = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
	while (nanosleep(&left, &left) != 0 && errno == EINTR) {
	}
}

static int slowly(const char *name, int descriptor)
{
	const char *path = getenv("SLOW_DISK");
	long delay;
	int failure;
	do {
		FILE *settings = path == NULL ? NULL : fopen(path, "re");
		delay = 0;
		failure = 0;
		if (settings != NULL) {
			if (fscanf(settings, "%ld %d", &delay, &failure) < 1)
				delay = 0;
			fclose(settings);
		}
		rest(delay < 0 ? 5 : delay);
	} while (delay < 0);
	if (failure != 0) {
		errno = failure;
		return -1;
	}
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
	return real(descriptor);
}

int fsync(int descriptor)
{
	return slowly("fsync", descriptor);
}

int fdatasync(int descriptor)
{
	return slowly("fdatasync", descriptor);
}
