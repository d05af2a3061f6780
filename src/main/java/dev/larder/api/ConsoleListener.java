package dev.larder.api;

import dev.larder.config.Addresses;
import dev.larder.events.EventLog;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import io.javalin.router.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/// The console: a second, private listener beside the one that serves packages. Answers the REST
/// API under `/api/v1` and `/metrics` to whoever has a token, `/-/healthy` and `/-/ready` to
/// everybody.
public final class ConsoleListener implements Closeable {
  private static final long MAX_BODY_BYTES = 64L * 1024;
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final @Nullable Javalin javalin;
  private final @Nullable UploadRoutes uploads;
  private final @Nullable Gate gate;
  private final EventLog events;
  private final List<InetSocketAddress> addresses;

  private ConsoleListener(
      @Nullable Javalin javalin,
      @Nullable UploadRoutes uploads,
      @Nullable Gate gate,
      EventLog events,
      List<InetSocketAddress> addresses) {
    this.javalin = javalin;
    this.uploads = uploads;
    this.gate = gate;
    this.events = events;
    this.addresses = List.copyOf(addresses);
  }

  /// Listens on every address of `settings`; on none if the console is switched off.
  ///
  /// @param services what the API is about; closed by the caller, after this
  /// @throws IOException if one of them cannot be used; the message is one sentence that says what
  ///   to do
  public static ConsoleListener open(ConsoleSettings settings, Services services)
      throws IOException {
    String fault = settings.fault();
    if (fault != null) {
      throw new IOException("[console] listen: " + fault);
    }
    if (settings.listen().isEmpty()) {
      return new ConsoleListener(null, null, null, services.events(), List.of());
    }
    List<ServerSocketChannel> sockets = bind(settings.listen());
    try {
      List<InetSocketAddress> addresses = new ArrayList<>();
      for (ServerSocketChannel socket : sockets) {
        addresses.add((InetSocketAddress) socket.getLocalAddress());
      }
      Gate gate = new Gate(settings.hosts(), services.access());
      Jobs jobs = new Jobs(gate, services.events(), InstantSource.system());
      UploadRoutes uploads = new UploadRoutes(services.repositories(), jobs);
      Javalin javalin =
          Javalin.create(config -> {
            configure(config, sockets, gate);
            Routing routing = new Routing(config.routes, gate);
            register(routing, services, jobs);
            uploads.register(routing);
          });
      javalin.start();
      return new ConsoleListener(javalin, uploads, gate, services.events(), addresses);
    } catch (IOException | RuntimeException e) {
      closeAll(sockets);
      throw e;
    }
  }

  /// Takes the host names of other settings, for the next request. Does not fail.
  public void reload(ConsoleSettings settings) {
    if (gate != null) {
      gate.reload(settings.hosts());
    }
  }

  /// The addresses it listens on, with the ports the system chose where the settings say 0; empty
  /// if the console is switched off.
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /// What is registered, each with the roles it states, for the test that holds the document of the
  /// API against it.
  List<Endpoint> endpoints() {
    if (javalin == null) {
      return List.of();
    }
    return javalin.unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .toList();
  }

  /// The path of the page that a set-up code opens: `/setup?t=8F2K-71QX-...`.
  public static String setupPath(String code) {
    return SetupRoutes.PATH + "?t=" + code;
  }

  /// Stops listening; requests under way are cut off.
  @Override
  public void close() {
    events.close();
    if (javalin != null) {
      javalin.stop();
    }
    if (uploads != null) {
      uploads.close();
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
      JavalinConfig config, List<ServerSocketChannel> sockets, Gate gate) {
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
      gate.before(context);
    });
    config.routes.beforeMatched(gate::beforeMatched);
    config.routes.after(gate::after);
    config.routes.exception(HttpResponseException.class, problems::answer);
    config.routes.exception(Exception.class, problems::answer);
    config.router.javaLangErrorHandler(problems::answer);
  }

  private static void register(Routing routing, Services services, Jobs jobs) {
    new HealthRoutes(services.operations(), services.repositories()).register(routing);
    new Routes(services.operations(), services.repositories(), jobs).register(routing);
    new ReloadRoutes(services.operations()).register(routing);
    new CacheRoutes(services.operations(), jobs).register(routing);
    new RepositoryRoutes(services.operations(), services.repositories(), services.events())
        .register(routing);
    new PackageRoutes(services.repositories()).register(routing);
    new ChangeRoutes(services.repositories(), jobs).register(routing);
    new JobRoutes(jobs).register(routing);
    new EventRoutes(services.events(), InstantSource.system()).register(routing);
    new KeyRoutes(services.keys()).register(routing);
    new TokenRoutes(services.access(), InstantSource.system()).register(routing);
    new AuditRoutes(services.access().audit()).register(routing);
    new SetupRoutes(services.access()).register(routing);
    new DocumentRoutes().register(routing);
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
