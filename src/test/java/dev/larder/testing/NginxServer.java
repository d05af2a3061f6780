package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real nginx that serves a directory as Arch mirrors do. Its files lie in a directory of its
/// own.
public final class NginxServer implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Path home;
  private final InetSocketAddress address;
  private final Process process;

  private NginxServer(Path home, InetSocketAddress address, Process process) {
    this.home = home;
    this.address = address;
    this.process = process;
  }

  /// Serves `directory` on a free port of 127.0.0.1.
  public static NginxServer serve(Path directory) {
    return serve(directory, "");
  }

  /// Serves `directory` on a free port of 127.0.0.1.
  ///
  /// @param extra lines for the `server` block, such as `limit_rate 1m;`
  public static NginxServer serve(Path directory, String extra) {
    IllegalStateException failure = new IllegalStateException("nginx did not start");
    for (int attempt = 0; attempt < 3; attempt++) {
      try {
        // Somebody may take the port before nginx does; then there is another.
        return start(directory, new InetSocketAddress(LOOPBACK, freePort()), extra, List.of());
      } catch (IllegalStateException e) {
        failure.addSuppressed(e);
      }
    }
    throw failure;
  }

  /// Serves `directory` at an address inside a network namespace.
  public static NginxServer serve(
      Path directory, InetSocketAddress address, Netns netns, Netns.Side side) {
    return start(directory, address, "", netns.prefix(side));
  }

  private static NginxServer start(
      Path directory, InetSocketAddress address, String extra, List<String> prefix) {
    String nginx = Tools.path("nginx");
    Path home = Temporary.directory("larder-nginx");
    try {
      Path config = home.resolve("nginx.conf");
      Files.writeString(config, config(home, directory, address, extra));
      List<String> command = new ArrayList<>(prefix);
      command.addAll(List.of(nginx, "-p", home.toString(), "-e", home.resolve("error.log") + ""));
      command.addAll(List.of("-c", config.toString()));
      Process process = Command.of(command).start(home.resolve("output"));
      NginxServer server = new NginxServer(home, address, process);
      server.awaitStart();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String config(Path home, Path directory, InetSocketAddress address, String extra) {
    String host = address.getAddress().getHostAddress();
    String listen = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    return """
    %s
    daemon off;
    master_process off;
    pid "%2$s/nginx.pid";
    worker_rlimit_nofile 4096;
    events { worker_connections 2048; }
    http {
      default_type application/octet-stream;
      types { text/html html; }
      sendfile on;
      tcp_nopush on;
      keepalive_timeout 65;
      keepalive_requests 100000;
      log_format tests escape=none '$request_method\\t$request_uri\\t$status\\t$body_bytes_sent'
        '\\t$http_range\\t$http_if_modified_since\\t$http_user_agent\\t$remote_addr';
      access_log "%2$s/access.log" tests;
      client_body_temp_path "%2$s/body";
      proxy_temp_path "%2$s/proxy";
      fastcgi_temp_path "%2$s/fastcgi";
      uwsgi_temp_path "%2$s/uwsgi";
      scgi_temp_path "%2$s/scgi";
      server {
        listen %3$s backlog=512;
        root "%4$s";
        autoindex on;
        %5$s
      }
    }
    """
        .formatted(
            // A worker would give up root, and the directories of tests are for their owner only.
            Tools.isRoot() ? "user root;" : "", home, listen, directory.toAbsolutePath(), extra);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, LOOPBACK)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitStart() throws IOException {
    // nginx writes its pid after it listens.
    Path pid = home.resolve("nginx.pid");
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    try {
      while (!Files.exists(pid) || Files.size(pid) == 0) {
        if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
          String output = Files.readString(home.resolve("output"));
          close();
          throw new IllegalStateException("nginx did not start: " + output);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while nginx starts", e);
    }
  }

  /// The base URL without a final slash.
  public String url() {
    String host = address.getAddress().getHostAddress();
    return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /// The URL of `path`, which is percent-encoded already.
  public URI uri(String path) {
    return URI.create(url() + "/" + path);
  }

  /// The port it listens on.
  public int port() {
    return address.getPort();
  }

  /// A line of the access log.
  ///
  /// @param method `GET`
  /// @param uri as sent
  /// @param status of the response
  /// @param bytes of body sent
  /// @param range the Range header, or `-`
  /// @param ifModifiedSince that header, or `-`
  /// @param userAgent that header, or `-`
  /// @param client address
  public record Line(
      String method,
      String uri,
      int status,
      long bytes,
      String range,
      String ifModifiedSince,
      String userAgent,
      String client) {}

  /// The finished requests so far, in the order they ended. A request is written down just after
  /// its last byte was sent, so its client may know of its end first: wait for the line.
  public List<Line> log() {
    try {
      Path file = home.resolve("access.log");
      if (!Files.exists(file)) {
        return List.of();
      }
      String text = new String(Files.readAllBytes(file), UTF_8);
      // The last line may be half written.
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(NginxServer::line).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Line line(String text) {
    String[] f = text.split("\t", -1);
    return new Line(
        f[0],
        f[1],
        Integer.parseInt(f[2]),
        Long.parseLong(f[3]),
        dash(f[4]),
        dash(f[5]),
        dash(f[6]),
        f[7]);
  }

  private static String dash(String value) {
    return value.isEmpty() ? "-" : value;
  }

  /// The finished requests for the raw `uri` so far.
  public List<Line> log(String uri) {
    return log().stream().filter(line -> line.uri().equals(uri)).toList();
  }

  /// The finished requests for the raw `uri`, as soon as there are `number` of them.
  ///
  /// @throws AssertionError if there are fewer after 20 seconds
  public List<Line> awaitLog(String uri, int number) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    List<Line> lines = log(uri);
    try {
      while (lines.size() < number) {
        if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > end) {
          throw new AssertionError("there are %d requests for %s".formatted(lines.size(), uri));
        }
        lines = log(uri);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a request for " + uri, e);
    }
    return lines;
  }

  /// Stops it at once, as a crash would: connections end, files stay.
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /// Stops it and deletes its own files.
  @Override
  public void close() {
    kill();
    Temporary.delete(home);
  }
}
