import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A MongoDB-compatible server in memory, on a free port of the loopback. Prints its URL, and ends when its standard input
 * does, so that it never outlives the tests that started it.
 */
class Server {
	/** The driver refuses servers as old as the one that this one says it is by default. */
	record Version() implements MongoVersion {
		public List<Integer> getVersionArray() {
			return List.of(5, 0, 0);
		}

		public int getWireVersion() {
			return 13;
		}
	}

	public static void main(String[] arguments) throws Exception {
		MongoServer server = new MongoServer(H2Backend.inMemory().version(new Version()));
		server.bind(new InetSocketAddress("127.0.0.1", 0));
		System.out.println("mongodb://127.0.0.1:" + server.getLocalAddress().getPort());
		while (System.in.read() >= 0) {}
		Runtime.getRuntime().halt(0);
	}
}
