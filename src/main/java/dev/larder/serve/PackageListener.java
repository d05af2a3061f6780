package dev.larder.serve;

import dev.larder.config.Addresses;
import dev.larder.limits.ClientLimits;
import dev.larder.limits.LimitsSettings;
import dev.larder.limits.Refusals;
import dev.larder.log.AccessLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The package listener: answers anonymous GET and HEAD over HTTP/1.1 (RFC 9110, 9112) with what
/// the contents of a [Site] give.
///
/// Netty reads requests and writes bytes; nothing waits on its event loops. An answer that may be
/// given again is written from a bounded cache of prebuilt headers, small bodies and open files;
/// every other request asks its content on a virtual thread. Sockets are driven by epoll and TLS by
/// BoringSSL where they are to be had, else by the JDK; system property `larder.natives=off` forces
/// the latter.
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
public final class PackageListener implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(PackageListener.class);
  private static final int MOST_LOOPS = 8;
  private static final long SWEEP_SECONDS = 10;

  private final Limits limits;
  private final Transport transport;
  private final @Nullable Certificates certificates;
  private final HotCache hot = new HotCache();
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final EventLoopGroup loops;
  private final Service service;
  private final List<Channel> servers = new ArrayList<>();
  private final List<InetSocketAddress> shared = new ArrayList<>();
  private final Map<String, List<InetSocketAddress>> own = new LinkedHashMap<>();

  private PackageListener(
      PackagesSettings settings,
      Site site,
      ClientLimits clients,
      Limits limits,
      Transport transport,
      AccessLog access)
      throws IOException {
    this.limits = limits;
    this.transport = transport;
    this.certificates =
        settings.tls() == null ? null : new Certificates(settings.tls(), transport.tls());
    HttpDate.Line date = new HttpDate.Line(InstantSource.system());
    PageRoom room = new PageRoom();
    Answering answering = new Answering(hot, new Pages(site), date, room, clients.refusals());
    this.service =
        new Service(
            answering,
            date,
            settings.reception(),
            limits,
            certificates != null,
            clients,
            room,
            new Responses(),
            new Semaphore(Service.MOST_AHEADS),
            access);
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()),
            new DefaultThreadFactory("packages"),
            transport.io());
  }

  /// Listens on all addresses of `settings` and `site`; TLS, if configured, is for all of them.
  ///
  /// @throws IOException if one cannot be listened on, or the certificate cannot be used; the
  ///   message is one sentence that says which and why, and nothing is left open
  ///
  /// @param clients what clients use and may use
  /// @param access told of every request; stays open
  public static PackageListener open(
      PackagesSettings settings, Site site, ClientLimits clients, AccessLog access)
      throws IOException {
    return open(settings, site, clients, Limits.DEFAULT, Transport.best(), access);
  }

  static PackageListener open(
      PackagesSettings settings, Site site, Limits limits, Transport transport) throws IOException {
    ClientLimits clients = ClientLimits.of(LimitsSettings.DEFAULT, _ -> false);
    return open(settings, site, clients, limits, transport, AccessLog.off());
  }

  static PackageListener open(
      PackagesSettings settings,
      Site site,
      ClientLimits clients,
      Limits limits,
      Transport transport,
      AccessLog access)
      throws IOException {
    PackageListener listener =
        new PackageListener(settings, site, clients, limits, transport, access);
    try {
      listener.bindAll(settings, site);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    log.info(
        "packages are served on {} ({})",
        listener.shared.stream().map(Addresses::format).collect(Collectors.joining(", ")),
        transport.name());
    return listener;
  }

  /// The shared addresses, in the order of the settings, with the ports that were chosen.
  public List<InetSocketAddress> addresses() {
    return List.copyOf(shared);
  }

  /// The addresses the content of this name has for itself; empty if it has none.
  public List<InetSocketAddress> addresses(String name) {
    return List.copyOf(own.getOrDefault(name, List.of()));
  }

  /// Whether clients can connect to every address.
  public boolean isListening() {
    return !servers.isEmpty() && servers.stream().allMatch(Channel::isActive);
  }

  /// How many connections are open.
  public int connections() {
    return service.clients().connections().count();
  }

  /// Responses begun since the start, by status code; none without a response.
  public Map<Integer, Long> responses() {
    return service.responses().byCode();
  }

  /// Refused connections and requests since the start, by a word for the reason.
  public Map<String, Long> refusals() {
    return service.clients().refusals().counts();
  }

  /// How many clients are remembered because of limits.
  public long limitedClients() {
    return service.clients().clients();
  }

  /// Stops listening, lets bodies under way go on for some seconds, then closes all connections.
  @Override
  public void close() {
    servers.forEach(server -> server.close().awaitUninterruptibly());
    for (Channel client : clients) {
      Connection connection = client.pipeline().get(Connection.class);
      if (connection == null) {
        client.close();
      } else {
        connection.drain();
      }
    }
    clients.newCloseFuture().awaitUninterruptibly(limits.grace().toMillis());
    clients.close().awaitUninterruptibly();
    service.clients().refusals().tell();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    hot.close();
  }

  private void bindAll(PackagesSettings settings, Site site) throws IOException {
    Routes routes = Routes.shared(site);
    for (InetSocketAddress address : settings.listen()) {
      shared.add(bind(address, routes));
    }
    for (Site.Own alone : site.own()) {
      List<InetSocketAddress> bound = new ArrayList<>();
      for (InetSocketAddress address : alone.listen()) {
        bound.add(bind(address, Routes.alone(site, alone.content())));
      }
      own.put(alone.content().name(), bound);
    }
    loops.scheduleWithFixedDelay(
        () -> Thread.startVirtualThread(hot::sweep),
        SWEEP_SECONDS,
        SWEEP_SECONDS,
        TimeUnit.SECONDS);
    loops.scheduleWithFixedDelay(
        () -> Thread.startVirtualThread(service.clients().refusals()::tell),
        Refusals.SECONDS,
        Refusals.SECONDS,
        TimeUnit.SECONDS);
  }

  private InetSocketAddress bind(InetSocketAddress address, Routes routes) throws IOException {
    if (address.isUnresolved()) {
      throw new IOException(
          "cannot listen on " + Addresses.format(address) + ": this host name has no address");
    }
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.server())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            // One read bounds how many requests are decoded before reading can be stopped.
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(512, 2048, Limits.MAX_HEADER))
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 << 10, 256 << 10))
            // How many pieces of a file one client gets before the next client's turn.
            .childOption(ChannelOption.WRITE_SPIN_COUNT, 4)
            .childHandler(new Accept(routes))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + Addresses.format(address) + ": " + reason(bound.cause()),
          bound.cause());
    }
    servers.add(bound.channel());
    return (InetSocketAddress) bound.channel().localAddress();
  }

  private static String reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.contains("in use")) {
      return "another program listens there; stop it, or choose another address with --listen or"
          + " [packages] listen";
    }
    if (message.contains("ermission denied")) {
      return "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE";
    }
    if (message.contains("assign requested address")) {
      return "this machine has no such address";
    }
    return message;
  }

  /// Sets up accepted connections.
  private final class Accept extends ChannelInitializer<Channel> {
    private final Routes routes;

    Accept(Routes routes) {
      this.routes = routes;
    }

    @Override
    protected void initChannel(Channel channel) {
      clients.add(channel);
      Connection connection = new Connection(service, routes);
      Proxies proxies = service.reception().proxies();
      if (proxies.protocol()) {
        ProxyHeader.expect(channel, proxies, service.clients().refusals(), connection::madeFor);
      }
      if (certificates != null) {
        SslHandler tls = certificates.current().newHandler(channel.alloc());
        tls.setHandshakeTimeoutMillis(limits.header().toMillis());
        channel.pipeline().addLast(tls);
      }
      channel.pipeline().addLast(connection.watch(), new Decoder(), connection);
    }
  }
}
