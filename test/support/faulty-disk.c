/*
 * Preloaded into a process (LD_PRELOAD), it makes the disk of one folder (FAULTY_DISK_FOLDER) full or read-only, or ends the process at a
 * flush. The file that FAULTY_DISK names holds "<errno> <flushes>" and is read at every call, so that a test can change it while the
 * process runs: with an errno, nothing below the folder can be created or written; at the n-th flush from then on, the process is killed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void read_settings(int *failure, long *flushes)
{
	*failure = 0;
	*flushes = 0;
	const char *path = getenv("FAULTY_DISK");
	int file = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return;
	char text[64] = "";
	ssize_t length = read(file, text, sizeof text - 1);
	syscall(SYS_close, file);
	if (length > 0)
		sscanf(text, "%d %ld", failure, flushes);
}

static int is_below(const char *path)
{
	const char *folder = getenv("FAULTY_DISK_FOLDER");
	size_t length = folder == NULL ? 0 : strlen(folder);
	return length > 0 && path != NULL && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* The error of a change of this path, or 0. */
static int failure_at(const char *path)
{
	int failure;
	long flushes;
	if (!is_below(path))
		return 0;
	read_settings(&failure, &flushes);
	return failure;
}

static int failure_of(int descriptor)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
	ssize_t length = readlink(link, path, sizeof path - 1);
	if (length <= 0)
		return 0;
	path[length] = 0;
	return failure_at(path);
}

#define REFUSE(failure)               \
	do {                          \
		int found = (failure);\
		if (found != 0) {     \
			errno = found;\
			return -1;    \
		}                     \
	} while (0)

ssize_t write(int descriptor, const void *data, size_t size)
{
	REFUSE(failure_of(descriptor));
	return REAL(write)(descriptor, data, size);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count)
{
	REFUSE(failure_of(descriptor));
	return REAL(writev)(descriptor, parts, count);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
	REFUSE(failure_of(descriptor));
	return REAL(pwrite)(descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset)
{
	REFUSE(failure_of(descriptor));
	return REAL(pwrite64)(descriptor, data, size, offset);
}

int ftruncate(int descriptor, off_t size)
{
	REFUSE(failure_of(descriptor));
	return REAL(ftruncate)(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size)
{
	REFUSE(failure_of(descriptor));
	return REAL(ftruncate64)(descriptor, size);
}

int access(const char *path, int mode)
{
	if ((mode & W_OK) != 0 && failure_at(path) == EROFS)
		REFUSE(EROFS);
	return REAL(access)(path, mode);
}

#define STATFS(name, type)                                              \
	int name(const char *path, struct type *result)                 \
	{                                                               \
		int done = REAL(name)(path, result);                    \
		if (done == 0 && failure_at(path) == ENOSPC)            \
			result->f_bavail = result->f_bfree = 0;         \
		return done;                                            \
	}
STATFS(statfs, statfs)
STATFS(statfs64, statfs64)

int mkdir(const char *path, mode_t mode)
{
	if (REAL(access)(path, F_OK) != 0)
		REFUSE(failure_at(path));
	return REAL(mkdir)(path, mode);
}

static int refuses_open(const char *path, int flags)
{
	int failure = failure_at(path);
	if (failure == 0)
		return 0;
	/* A read-only file system refuses every writer; a full one only new files. */
	if (failure == EROFS ? (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0
			     : (flags & O_CREAT) != 0 && REAL(access)(path, F_OK) != 0) {
		errno = failure;
		return 1;
	}
	return 0;
}

#define OPEN(name)                                                     \
	int name(const char *path, int flags, ...)                     \
	{                                                              \
		mode_t mode = 0;                                       \
		if ((flags & (O_CREAT | O_TMPFILE)) != 0) {            \
			va_list rest;                                  \
			va_start(rest, flags);                         \
			mode = (mode_t)va_arg(rest, int);              \
			va_end(rest);                                  \
		}                                                      \
		if (refuses_open(path, flags))                         \
			return -1;                                     \
		return REAL(name)(path, flags, mode);                  \
	}
OPEN(open)
OPEN(open64)

static void count_flush(void)
{
	static long counted;
	int failure;
	long flushes;
	read_settings(&failure, &flushes);
	if (flushes == 0)
		counted = 0;
	else if (++counted == flushes)
		kill(getpid(), SIGKILL);
}

int fsync(int descriptor)
{
	count_flush();
	REFUSE(failure_of(descriptor));
	return REAL(fsync)(descriptor);
}

int fdatasync(int descriptor)
{
	count_flush();
	REFUSE(failure_of(descriptor));
	return REAL(fdatasync)(descriptor);
}
