package dev.larder.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 server that serves a tree correctly (validators, ranges, keep-alive), records every
/// request, and goes wrong exactly where a test tells it to.
///
/// Paths are decoded and have no leading slash: `core/os/x86_64/core.db`. Faults apply in the order
/// they were added: those for a number of requests are used up first, then the lasting ones.
public final class FaultyUpstream implements AutoCloseable {
  private final ServerSocket server;
  private final boolean secure;
  private final AtomicReference<Map<String, ServedFile>> tree = new AtomicReference<>(Map.of());
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final Script always = new Script();
  private final List<SeenRequest> requests = new ArrayList<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);

  private FaultyUpstream(ServerSocket server, boolean secure) {
    this.server = server;
    this.secure = secure;
    Thread.ofVirtual().name("upstream-accept").start(this::accept);
  }

  /// Starts one on a free port of 127.0.0.1.
  public static FaultyUpstream start() {
    return start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
  }

  /// Starts one on this address.
  public static FaultyUpstream start(InetSocketAddress address) {
    try {
      ServerSocket server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(address, 512);
      return new FaultyUpstream(server, false);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
  }

  /// Starts one that speaks TLS on a free port of 127.0.0.1.
  public static FaultyUpstream startTls(SSLContext tls) {
    try {
      InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
      return new FaultyUpstream(
          tls.getServerSocketFactory().createServerSocket(0, 512, loopback), true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen with TLS", e);
    }
  }

  /// The port it listens on.
  public int port() {
    return server.getLocalPort();
  }

  /// The base URL without a final slash: `http://127.0.0.1:43210`.
  public String url() {
    return url(server.getInetAddress().getHostAddress());
  }

  /// The base URL with another name for this host.
  public String url(String host) {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return (secure ? "https://" : "http://") + name + ":" + port();
  }

  /// The URL of `path`, which is percent-encoded already.
  public URI uri(String path) {
    return URI.create(url() + "/" + path);
  }

  // ---- what it serves -------------------------------------------------------------------------

  /// Adds or replaces one file, last modified now.
  public void put(String path, byte[] bytes) {
    put(path, ServedFile.of(bytes, Instant.now()));
  }

  /// Adds or replaces one file.
  public void put(String path, ServedFile file) {
    change(files -> {
      files.put(path, file);
      return files;
    });
  }

  /// Removes one file.
  public void remove(String path) {
    change(files -> {
      files.remove(path);
      return files;
    });
  }

  /// Replaces everything at once: no request sees some old and some new files.
  public void publish(Map<String, ServedFile> files) {
    tree.set(Map.copyOf(files));
  }

  /// Replaces everything at once by what lies in `directory` now.
  public void publish(Path directory) throws IOException {
    publish(read(directory));
  }

  /// The regular files below `directory` with the times they have on disk; links are followed.
  public static Map<String, ServedFile> read(Path directory) throws IOException {
    Map<String, ServedFile> files = new HashMap<>();
    try (Stream<Path> walk = Files.walk(directory, java.nio.file.FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(
            directory.relativize(file).toString(),
            ServedFile.of(Files.readAllBytes(file), Files.getLastModifiedTime(file).toInstant()));
      }
    }
    return files;
  }

  /// What is served at `path` now.
  ///
  /// @throws IllegalArgumentException if there is nothing
  public ServedFile file(String path) {
    ServedFile file = tree.get().get(path);
    if (file == null) {
      throw new IllegalArgumentException("nothing is served at " + path);
    }
    return file;
  }

  private void change(UnaryOperator<Map<String, ServedFile>> change) {
    tree.updateAndGet(files -> Map.copyOf(change.apply(new HashMap<>(files))));
  }

  // ---- what goes wrong ------------------------------------------------------------------------

  /// Every request for `path` goes wrong in all these ways, until changed.
  public void fault(String path, Fault... faults) {
    script(path).always(List.of(faults));
  }

  /// The next `times` requests for `path` go wrong in all these ways. Calls queue up.
  public void faultNext(String path, int times, Fault... faults) {
    script(path).next(times, List.of(faults));
  }

  /// Every request for a path without faults of its own goes wrong in these ways, until changed.
  public void faultAll(Fault... faults) {
    always.always(List.of(faults));
  }

  /// From now on nothing goes wrong.
  public void heal() {
    scripts.clear();
    always.always(List.of());
  }

  /// Ends all connections that are open now by RST.
  public void resetConnections() {
    for (Socket connection : connections) {
      Exchange.end(connection, true);
    }
  }

  /// Ends all connections that are open now by FIN, as a server does with idle ones.
  public void closeConnections() {
    for (Socket connection : connections) {
      Exchange.end(connection, false);
    }
  }

  private Script script(String path) {
    return scripts.computeIfAbsent(path, _ -> new Script());
  }

  // ---- what was asked -------------------------------------------------------------------------

  /// All requests so far, in the order their heads arrived.
  public List<SeenRequest> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /// The requests for `path` so far.
  public List<SeenRequest> requests(String path) {
    return requests().stream().filter(request -> request.path().equals(path)).toList();
  }

  /// How many requests for `path` there were.
  public int count(String path) {
    return requests(path).size();
  }

  /// How many connections were opened.
  public long connectionCount() {
    return accepted.get();
  }

  /// How many connections are open.
  public int openConnections() {
    return connections.size();
  }

  /// Forgets all requests.
  public void forgetRequests() {
    synchronized (requests) {
      requests.clear();
    }
  }

  /// Waits for the `number`th request (from 1) for `path` and returns it.
  ///
  /// @throws AssertionError if it does not come within 20 seconds
  public SeenRequest awaitRequest(String path, int number) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    synchronized (requests) {
      while (count(path) < number) {
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError(
              "request %d for %s did not come; there were %s".formatted(number, path, requests));
        }
        requests.wait(left);
      }
    }
    return requests(path).get(number - 1);
  }

  // ---- serving --------------------------------------------------------------------------------

  private void accept() {
    try {
      while (true) {
        Socket connection = server.accept();
        connections.add(connection);
        long number = accepted.incrementAndGet();
        Thread.ofVirtual().name("upstream-" + number).start(() -> serve(connection, number));
      }
    } catch (IOException e) {
      // Closed: the only way this loop ends.
    }
  }

  private void serve(Socket connection, long number) {
    try {
      connection.setTcpNoDelay(true);
      Exchange exchange = new Exchange(connection, number, closing);
      while (exchange.readRequest()) {
        SeenRequest request = exchange.request();
        List<Fault> faults = faultsFor(request.path());
        ServedFile file = tree.get().get(request.path());
        record(request);
        if (!exchange.respond(Response.to(request, file, faults))) {
          break;
        }
      }
    } catch (IOException e) {
      // The client has gone, or sent what is not HTTP: it gets what it deserves.
    } finally {
      Exchange.end(connection, false);
      connections.remove(connection);
    }
  }

  private List<Fault> faultsFor(String path) {
    Script script = scripts.get(path);
    List<Fault> own = script == null ? null : script.take();
    return own != null ? own : always.takeOrNone();
  }

  private void record(SeenRequest request) {
    synchronized (requests) {
      requests.add(request);
      requests.notifyAll();
    }
  }

  /// Ends all connections and frees the port.
  @Override
  public void close() {
    closing.countDown();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (Socket connection : connections) {
      Exchange.end(connection, true);
    }
  }

  /// The faults of one path: a queue of those for single requests, then the lasting ones.
  private static final class Script {
    private final List<List<Fault>> queue = new ArrayList<>();
    private @Nullable List<Fault> lasting;

    synchronized void next(int times, List<Fault> faults) {
      for (int i = 0; i < times; i++) {
        queue.add(faults);
      }
    }

    synchronized void always(List<Fault> faults) {
      lasting = faults;
    }

    synchronized @Nullable List<Fault> take() {
      return queue.isEmpty() ? lasting : queue.removeFirst();
    }

    List<Fault> takeOrNone() {
      List<Fault> faults = take();
      return faults == null ? List.of() : faults;
    }
  }
}
