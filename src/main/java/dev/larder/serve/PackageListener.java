package dev.larder.serve;

import dev.larder.config.Addresses;
import dev.larder.limits.ClientLimits;
import dev.larder.limits.LimitsSettings;
import dev.larder.limits.Refusals;
import dev.larder.log.AccessLog;
import dev.larder.repo.Content;
import dev.larder.store.RelPath;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
  private static final long MOST_IN_KERNEL = 256 << 10; // of what could not be sent yet
  private static final int MOST_READ = 2048; // at once: two requests or ten
  private static final long SWEEP_SECONDS = 10;
  private static final long RETRY_SECONDS = 2; // how soon an address that comes up is served

  private final Limits limits;
  private final Transport transport;
  private final HotCache hot = new HotCache();
  private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Map<String, Traffic> traffic = new ConcurrentSkipListMap<>(); // by address
  private final EventLoopGroup loops;
  private final Site site;
  private final Bindings bindings = new Bindings(this::bind);
  private final CountDownLatch enough = new CountDownLatch(1); // of waiting for bodies to end
  private volatile Terms terms;

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
    this.site = site;
    HttpDate.Line date = new HttpDate.Line(InstantSource.system());
    PageRoom room = new PageRoom();
    Answering answering =
        new Answering(hot, new Pages(site, bindings::own), date, room, clients.refusals());
    Certificates certificates = certificates(settings);
    Service service =
        new Service(
            answering,
            date,
            settings.reception(),
            limits,
            certificates != null,
            clients,
            room,
            new Backlog(),
            new Backlog(),
            new Semaphore(Service.MOST_AHEADS),
            access);
    this.terms = new Terms(service, certificates, settings.stopWithin());
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()),
            new DefaultThreadFactory("packages"),
            transport.io());
  }

  /// What holds for new connections.
  ///
  /// @param service what they share, with the settings for them
  /// @param certificates null for plain HTTP
  /// @param stopWithin how long bodies may go on once the listener closes
  private record Terms(Service service, @Nullable Certificates certificates, Duration stopWithin) {}

  private @Nullable Certificates certificates(PackagesSettings settings) throws IOException {
    return settings.tls() == null ? null : new Certificates(settings.tls(), transport.tls());
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
      listener.bindings.prepare(listener.wishes(settings, site.own())).apply();
      listener.sweep();
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    log.info(
        "packages are served on {} ({})",
        listener.addresses().stream()
            .filter(address -> !listener.waiting().containsKey(address))
            .map(Addresses::format)
            .collect(Collectors.joining(", ")),
        transport.name());
    return listener;
  }

  /// The shared addresses, in the order of the settings, with the ports that were chosen.
  public List<InetSocketAddress> addresses() {
    return bindings.addresses(null);
  }

  /// The addresses the content of this name has for itself; empty if it has none.
  public List<InetSocketAddress> addresses(String name) {
    return bindings.addresses(name);
  }

  /// The addresses that contents have for themselves, by the name of the content, with the ports
  /// that were chosen; contents without any are not there. In the order of the configuration.
  public Map<String, List<InetSocketAddress>> own() {
    return bindings.own();
  }

  /// A file of a content.
  ///
  /// @param content what answers
  /// @param path below its root
  public record Found(Content content, RelPath path) {}

  /// Where a client that asks for a file is led.
  ///
  /// @param path as it is asked for, percent-encoded; starts with a slash
  /// @param owner name of the content at whose own addresses it is asked for; null for the shared
  ///   ones
  /// @return null if no content has such a file, whatever its answer
  public @Nullable Found find(String path, @Nullable String owner) {
    Routes routes = owner == null ? Routes.shared(site) : bindings.routes(owner);
    Target target = Target.orNull(path);
    if (routes == null || target == null || target.authority() != null) {
      return null;
    }
    return routes.here(target.path()) instanceof Place.Inside inside && !inside.directory()
        ? new Found(inside.content(), inside.path())
        : null;
  }

  /// Whether clients can connect: to every address but for those that are waited for, and to one at
  /// least.
  public boolean isListening() {
    return bindings.isListening();
  }

  /// Addresses that are waited for, since this machine does not have them now, each with a sentence
  /// that says so.
  public Map<InetSocketAddress, String> waiting() {
    return bindings.waiting().stream()
        .collect(Collectors.toMap(Bindings.Waiting::address, Bindings.Waiting::why, (a, _) -> a));
  }

  /// What was done at each address since the start, in the order of their names. An address that
  /// was let go stays among them, with what was counted, unless nobody ever came.
  public List<TrafficReport> traffic() {
    return traffic.values().stream().filter(Traffic::isKnown).map(Traffic::report).toList();
  }

  /// Refused connections and requests since the start, by a word for the reason.
  public Map<String, Long> refusals() {
    return refused().counts();
  }

  private Refusals refused() {
    return terms.service().clients().refusals();
  }

  /// How many clients are remembered because of limits.
  public long limitedClients() {
    return terms.service().clients().clients();
  }

  /// How long [#close()] lets bodies go on at most.
  public Duration stopsWithin() {
    return terms.stopWithin();
  }

  /// Stops listening, lets bodies under way go on for [#stopsWithin()] or until [#hurry()], then
  /// closes all connections.
  @Override
  public void close() {
    bindings.close();
    if (!clients.isEmpty()) {
      log.info("stopping; responses under way have {} s", stopsWithin().toSeconds());
    }
    clients.forEach(PackageListener::drain);
    clients.newCloseFuture().addListener(_ -> enough.countDown());
    awaitEnough();
    int cut = clients.size();
    if (cut > 0) {
      log.warn("{} connections were cut off; their clients have to ask again", cut);
    }
    clients.close().awaitUninterruptibly();
    refused().tell();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    hot.close();
  }

  /// Has [#close()] wait no longer, whether it has begun or not.
  public void hurry() {
    enough.countDown();
  }

  private void awaitEnough() {
    try {
      enough.await(stopsWithin().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Lets a connection end what it is at, and no more.
  private static void drain(Channel client) {
    Connection connection = client.pipeline().get(Connection.class);
    if (connection == null) {
      client.close();
    } else {
      connection.drain();
    }
  }

  /// Makes ready for other settings: gets hold of new addresses and reads the certificate.
  ///
  /// @param own contents that also have addresses of their own, from then on
  /// @throws IOException if an address cannot be listened on, or the certificate cannot be used;
  ///   the message is one sentence, and everything is as it was
  public Change prepare(PackagesSettings settings, List<Site.Own> own) throws IOException {
    Certificates certificates = certificates(settings);
    return new Change(
        new Terms(
            terms.service().with(settings.reception(), certificates != null),
            certificates,
            settings.stopWithin()),
        bindings.prepare(wishes(settings, own)));
  }

  /// Other settings, for connections that are still to come.
  public final class Change {
    private final Terms next;
    private final Bindings.Exchange addresses;

    private Change(Terms next, Bindings.Exchange addresses) {
      this.next = next;
      this.addresses = addresses;
    }

    /// Takes the settings. Responses that have begun go on; connections to addresses that are gone
    /// end after theirs. Does not fail.
    public void apply() {
      terms = next;
      Set<Channel> others = addresses.apply();
      clients.stream().filter(client -> others.contains(client.parent())).forEach(c -> drain(c));
    }

    /// Leaves everything as it was.
    public void discard() {
      addresses.discard();
    }
  }

  private List<Bindings.Wish> wishes(PackagesSettings settings, List<Site.Own> own) {
    List<Bindings.Wish> wishes = new ArrayList<>();
    Routes shared = Routes.shared(site);
    for (InetSocketAddress address : settings.listen()) {
      wishes.add(new Bindings.Wish(null, address, shared));
    }
    for (Site.Own alone : own) {
      Routes routes = Routes.alone(site, alone.content());
      for (InetSocketAddress address : alone.listen()) {
        wishes.add(new Bindings.Wish(alone.content().name(), address, routes));
      }
    }
    return wishes;
  }

  private void sweep() {
    loops.scheduleWithFixedDelay(
        () -> Thread.startVirtualThread(hot::sweep),
        SWEEP_SECONDS,
        SWEEP_SECONDS,
        TimeUnit.SECONDS);
    loops.scheduleWithFixedDelay(
        () -> Thread.startVirtualThread(refused()::tell),
        Refusals.SECONDS,
        Refusals.SECONDS,
        TimeUnit.SECONDS);
    loops.scheduleWithFixedDelay(
        () -> Thread.startVirtualThread(bindings::retry),
        RETRY_SECONDS,
        RETRY_SECONDS,
        TimeUnit.SECONDS);
  }

  private Channel bind(InetSocketAddress address, AtomicReference<Routes> routes)
      throws IOException {
    if (address.isUnresolved()) {
      throw new IOException(
          "cannot listen on " + Addresses.format(address) + ": this host name has no address");
    }
    Traffic counts = traffic.computeIfAbsent(Addresses.format(address), Traffic::new);
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(transport.server())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            // Nobody is let in before it is known that everything else can be done as well.
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            // One read bounds how many requests are decoded before reading can be stopped.
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(512, 2048, MOST_READ))
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 << 10, 256 << 10))
            // How many pieces of a file one client gets before the next client's turn.
            .childOption(ChannelOption.WRITE_SPIN_COUNT, 4)
            .childHandler(new Accept(routes, counts))
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw refused(address, bound.cause());
    }
    counts.listens(bound.channel());
    return bound.channel();
  }

  private static IOException refused(InetSocketAddress address, Throwable cause) {
    String what = "cannot listen on " + Addresses.format(address) + ": ";
    String message = String.valueOf(cause.getMessage());
    if (message.contains("in use")) {
      return new IOException(
          what
              + "another program listens there; stop it, or choose another address with --listen or"
              + " [packages] listen",
          cause);
    }
    if (message.contains("ermission denied")) {
      return new IOException(
          what + "ports below 1024 need root or the capability CAP_NET_BIND_SERVICE", cause);
    }
    if (message.contains("assign requested address")) {
      return new Bindings.AddressMissing(what + "this machine has no such address", cause);
    }
    return new IOException(what + message, cause);
  }

  /// Sets up accepted connections.
  private final class Accept extends ChannelInitializer<Channel> {
    private final AtomicReference<Routes> routes;
    private final Traffic counts;

    Accept(AtomicReference<Routes> routes, Traffic counts) {
      this.routes = routes;
      this.counts = counts;
    }

    @Override
    protected void initChannel(Channel channel) {
      clients.add(channel);
      counts.accepted(channel);
      if (channel instanceof EpollSocketChannel) {
        // Else the kernel keeps megabytes for a client that takes nothing.
        channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, MOST_IN_KERNEL);
      }
      Terms now = terms;
      Service service = now.service();
      Certificates certificates = now.certificates();
      Connection connection = new Connection(service, routes.get(), counts);
      Proxies proxies = service.reception().proxies();
      if (proxies.protocol()) {
        ProxyHeader.expect(channel, proxies, service.clients().refusals(), connection::madeFor);
      }
      if (certificates != null) {
        SslHandler tls = certificates.current().newHandler(channel.alloc());
        tls.setHandshakeTimeoutMillis(limits.header().toMillis());
        channel.pipeline().addLast(connection.watch().beforeTls(), tls);
      }
      channel.pipeline().addLast(connection.watch(), new Decoder(), connection);
    }
  }
}
