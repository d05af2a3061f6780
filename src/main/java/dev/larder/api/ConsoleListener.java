package dev.larder.api;

import dev.larder.access.CliToken;
import dev.larder.config.Addresses;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/// The console: a second, private listener beside the one that serves packages. Answers the REST
/// API under `/api/v1` to whoever has the token, and `/-/healthy` to everybody.
public final class ConsoleListener implements Closeable {
  /// Says `ok` while the process lives, without a token.
  static final String HEALTHY = "/-/healthy";

  private static final long MAX_BODY_BYTES = 64L * 1024;
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final @Nullable Javalin javalin;
  private final List<InetSocketAddress> addresses;

  private ConsoleListener(@Nullable Javalin javalin, List<InetSocketAddress> addresses) {
    this.javalin = javalin;
    this.addresses = List.copyOf(addresses);
  }

  /// Listens on every address of `settings`; on none if the console is switched off.
  ///
  /// @throws IOException if one of them cannot be used; the message is one sentence that says what
  ///   to do
  public static ConsoleListener open(
      ConsoleSettings settings, Operations operations, CliToken token) throws IOException {
    String fault = settings.fault();
    if (fault != null) {
      throw new IOException("[console] listen: " + fault);
    }
    if (settings.listen().isEmpty()) {
      return new ConsoleListener(null, List.of());
    }
    List<ServerSocketChannel> sockets = bind(settings.listen());
    try {
      List<InetSocketAddress> addresses = new ArrayList<>();
      for (ServerSocketChannel socket : sockets) {
        addresses.add((InetSocketAddress) socket.getLocalAddress());
      }
      Gate gate = new Gate(settings.listen(), token);
      Javalin javalin = Javalin.create(config -> configure(config, sockets, gate, operations));
      javalin.start();
      return new ConsoleListener(javalin, addresses);
    } catch (IOException | RuntimeException e) {
      closeAll(sockets);
      throw e;
    }
  }

  /// The addresses it listens on, with the ports the system chose where the settings say 0; empty
  /// if the console is switched off.
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /// Stops listening; requests under way are cut off.
  @Override
  public void close() {
    if (javalin != null) {
      javalin.stop();
    }
  }

  /// Binds before Jetty starts, so that a failure names its address and leaves nothing half open.
  private static List<ServerSocketChannel> bind(List<InetSocketAddress> listen) throws IOException {
    List<ServerSocketChannel> sockets = new ArrayList<>();
    for (InetSocketAddress address : listen) {
      ServerSocketChannel socket = ServerSocketChannel.open();
      sockets.add(socket);
      try {
        socket.bind(address);
      } catch (IOException e) {
        closeAll(sockets);
        throw new IOException(
            "the console cannot listen on %s: %s; stop what uses it or change [console] listen"
                .formatted(Addresses.format(address), e.getMessage()),
            e);
      }
    }
    return sockets;
  }

  private static void closeAll(List<ServerSocketChannel> sockets) {
    for (ServerSocketChannel socket : sockets) {
      try {
        socket.close();
      } catch (IOException _) {
        // Nothing was sent over a socket that never accepted; there is nothing to lose.
      }
    }
  }

  private static void configure(
      JavalinConfig config, List<ServerSocketChannel> sockets, Gate gate, Operations operations) {
    Problems problems = new Problems();
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.maxRequestSize = MAX_BODY_BYTES;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.jetty.modifyHttpConfiguration(http -> http.setSendServerVersion(false));
    config.jetty.modifyServer(server -> server.setErrorHandler(problems::answer));
    for (ServerSocketChannel socket : sockets) {
      config.jetty.addConnector((server, http) -> connector(server, http, socket));
    }
    config.routes.before(context -> {
      context.header("Cache-Control", "no-store").header("X-Content-Type-Options", "nosniff");
      gate.check(context);
    });
    config.routes.get(HEALTHY, context -> context.result("ok\n"));
    new Routes(operations).register(config.routes);
    config.routes.exception(HttpResponseException.class, problems::answer);
    config.routes.exception(Exception.class, problems::answer);
    config.router.javaLangErrorHandler(problems::answer);
  }

  private static ServerConnector connector(
      Server server, HttpConfiguration http, ServerSocketChannel socket) {
    // One acceptor and one selector: the console has few clients, and idle threads cost memory.
    ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(socket.socket().getInetAddress().getHostAddress());
    connector.setPort(socket.socket().getLocalPort());
    connector.setIdleTimeout(IDLE.toMillis());
    try {
      connector.open(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return connector;
  }
}
