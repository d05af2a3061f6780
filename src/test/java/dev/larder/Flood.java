package dev.larder;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// One client that asks for all it can get, over many connections at once, from an address of its
/// own.
final class Flood implements AutoCloseable {
  private static final String FROM = "127.0.0.2";
  private static final int PATIENCE = 20_000;

  private final InetSocketAddress server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Map<Integer, LongAdder> codes = new ConcurrentHashMap<>();
  private final AtomicInteger seeds = new AtomicInteger();
  private final LongAdder broken = new LongAdder();
  private volatile boolean over;

  /// The refusals it has got: their text and `Retry-After`.
  final Map<String, String> refusals = new ConcurrentHashMap<>();

  Flood(URI server) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
  }

  /// Asks for paths again and again.
  ///
  /// @param connections at once
  /// @param path makes one up
  void ask(int connections, Function<Random, String> path) {
    for (int i = 0; i < connections; i++) {
      Random random = new Random(seeds.incrementAndGet());
      threads.execute(() -> {
        while (!over) {
          exchange(path.apply(random), true);
        }
      });
    }
  }

  /// Asks for a path and reads nothing of the body.
  ///
  /// @param connections at once
  void takeNothing(int connections, String path) {
    for (int i = 0; i < connections; i++) {
      threads.execute(() -> exchange(path, false));
    }
  }

  private void exchange(String path, boolean reads) {
    Socket socket = new Socket();
    try {
      socket.bind(new InetSocketAddress(FROM, 0));
      socket.setReceiveBufferSize(4096);
      socket.setSoTimeout(PATIENCE);
      open.add(socket);
      socket.connect(server, PATIENCE);
      String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      if (!reads) {
        return;
      }
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String status = in.readLine();
      if (status == null) {
        broken.increment();
      } else {
        take(Integer.parseInt(status.split(" ", 3)[1]), in);
      }
    } catch (IOException e) {
      broken.increment();
    } finally {
      if (reads) {
        open.remove(socket);
        close(socket);
      }
    }
  }

  private void take(int code, BufferedReader in) throws IOException {
    codes.computeIfAbsent(code, _ -> new LongAdder()).increment();
    String retryAfter = "";
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("retry-after:")) {
        retryAfter = line.substring(12).strip();
      }
    }
    if (code == 429 || code == 503) {
      refusals.put(String.valueOf(in.readLine()), retryAfter);
    } else {
      in.skip(Long.MAX_VALUE);
    }
  }

  /// How many answers with this code it has got.
  long count(int code) {
    LongAdder count = codes.get(code);
    return count == null ? 0 : count.sum();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public String toString() {
    return "answers by code " + codes + ", connections closed without one " + broken;
  }

  @Override
  public void close() {
    over = true;
    open.forEach(Flood::close);
    threads.close();
  }
}
