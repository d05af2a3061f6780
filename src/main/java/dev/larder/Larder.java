package dev.larder;

import dev.larder.access.Access;
import dev.larder.api.ConsoleListener;
import dev.larder.api.Services;
import dev.larder.cache.Cache;
import dev.larder.cache.CacheReport;
import dev.larder.clock.ClockWarning;
import dev.larder.config.Reachable;
import dev.larder.database.Database;
import dev.larder.egress.Discovery;
import dev.larder.egress.Egress;
import dev.larder.events.EventLog;
import dev.larder.limits.ClientLimits;
import dev.larder.log.AccessLog;
import dev.larder.log.Logs;
import dev.larder.mirror.Mirror;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositorySettings;
import dev.larder.serve.PackageListener;
import dev.larder.settings.Config;
import dev.larder.settings.HostedFormats;
import dev.larder.settings.LoadedConfig;
import dev.larder.sign.KeyStore;
import dev.larder.store.DataDirectory;
import dev.larder.store.Layout;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The composition root: builds everything in the order in which it depends on each other, and ends
/// it in reverse. Reads as the architecture.
public final class Larder implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Larder.class);

  private final Deque<Closeable> parts;
  private final Reload reload;
  private final Mirrors mirrors;
  private final Cache cache;
  private final Repositories repositories;
  private final PackageListener packages;
  private final Access access;
  private final ConsoleListener console;

  /// @param parts takes each part as soon as it runs, for whoever has to end them
  private Larder(
      LoadedConfig loaded,
      Reload.Source source,
      @Nullable Logs logs,
      Deque<Closeable> parts,
      InstantSource clock)
      throws IOException {
    this.parts = parts;
    Config config = loaded.config();
    reload = new Reload(loaded, source);
    if (logs != null) {
      reload.include(ReloadableParts.of(logs, config.log()));
    }
    DataDirectory data = owned(DataDirectory.open(config.data()));
    if (data.formerVersion() != Layout.VERSION) {
      LOG.info("data of layout {} is of layout {} now", data.formerVersion(), Layout.VERSION);
    }
    ClockWarning.tell(clock.instant());
    EventLog events = new EventLog(clock);
    Database database = owned(Database.open(data.layout().database(), clock));
    cache = owned(Cache.open(config.cache(), data.layout(), database, clock));
    reload.include(ReloadableParts.of(cache));
    Egress egress = new Egress(config.egress());
    parts.push(egress::close);
    Discovery discovery = new Discovery(config.egress(), new Random());
    parts.push(discovery::close);
    ClientLimits clients =
        ClientLimits.of(config.limits(), peer -> reload.config().packages().isProxy(peer));
    reload.include(ReloadableParts.of(clients));
    Mirrors.Surroundings around =
        new Mirrors.Surroundings(
            data, database, cache, egress, discovery, clients.fills(), events, clock);
    mirrors = owned(Mirrors.open(config.mirrors(), around));
    cache.start();
    KeyStore keys = KeyStore.open(data.layout().keys(), clock);
    Hosting hosting = new Hosting(data, database, keys, events, clock);
    repositories = owned(hosting.open(config.repositories()));
    reload.include(ReloadableParts.keysOf(repositories, keys));

    AccessLog requests = logs == null ? AccessLog.off() : logs.access();
    Serving serving = Serving.open(config, mirrors, repositories, clients, requests);
    packages = owned(serving.packages());
    reload.include(serving);
    access = owned(Access.open(data.layout(), ReloadableParts.accessSettings(config), clock));
    ServerOperations operations =
        new ServerOperations(reload, mirrors, repositories, cache, packages, logs, clock);
    ServerKeys signing = new ServerKeys(keys, repositories, events);
    Services services = new Services(operations, access, repositories, signing, events);
    console = owned(ConsoleListener.open(config.console(), services));
    reload.include(ReloadableParts.of(access, console));
    owned(reload).begin();
  }

  /// What repositories of our own are opened with.
  private record Hosting(
      DataDirectory data, Database database, KeyStore keys, EventLog events, InstantSource clock) {
    Repositories open(List<RepositorySettings> configured) throws IOException {
      return Repositories.open(data, configured, HostedFormats.NAMES, this::repository);
    }

    private Repository repository(RepositorySettings settings) throws IOException {
      AtomicReference<RepositorySettings> current = new AtomicReference<>(settings);
      return Repository.open(
          current,
          HostedFormats.of(current::get),
          new Repository.Surroundings(
              data, database, new RepositoryKeys(current::get, keys), events, clock));
    }
  }

  /// Starts everything `config` describes. Reading it again changes nothing.
  ///
  /// @throws IOException if something cannot be started; the message is a sentence for the
  ///   operator. Nothing is left running then.
  public static Larder open(Config config) throws IOException {
    return open(config, InstantSource.system());
  }

  /// The same with another clock.
  static Larder open(Config config, InstantSource clock) throws IOException {
    LoadedConfig loaded = new LoadedConfig(config, null, List.of());
    return open(loaded, () -> loaded, null, clock);
  }

  /// Starts everything that was configured.
  ///
  /// @param source where the configuration can be read again
  /// @param logs count messages and take the access log, and stay open when Larder ends; null if
  ///   there are none
  /// @throws IOException as [#open(Config)]
  static Larder open(
      LoadedConfig loaded, Reload.Source source, @Nullable Logs logs, InstantSource clock)
      throws IOException {
    Deque<Closeable> parts = new ArrayDeque<>();
    try {
      return new Larder(loaded, source, logs, parts, clock);
    } catch (Throwable e) {
      end(parts);
      throw e;
    }
  }

  private <T extends Closeable> T owned(T part) {
    parts.push(part);
    return part;
  }

  /// Addresses of the shared package listener, as bound.
  public List<InetSocketAddress> packageAddresses() {
    return packages.addresses();
  }

  /// Addresses at which `mirror` alone is served, as bound.
  public List<InetSocketAddress> ownAddresses(String mirror) {
    return packages.addresses(mirror);
  }

  /// The addresses above that this machine does not have now, each with a sentence that says so.
  Map<InetSocketAddress, String> waiting() {
    return packages.waiting();
  }

  /// Addresses of the console, as bound; empty if it is off.
  public List<InetSocketAddress> consoleAddresses() {
    return console.addresses();
  }

  /// The repositories of our own.
  public Repositories repositories() {
    return repositories;
  }

  /// Where a browser makes the first token, or null if there was one already or the console is off.
  public @Nullable String setupUrl() {
    String code = access.setup().code();
    return code == null || console.addresses().isEmpty()
        ? null
        : Reachable.url("http", console.addresses().getFirst()) + ConsoleListener.setupPath(code);
  }

  /// Reads its configuration again, on request.
  Reload reload() {
    return reload;
  }

  /// How long [#close()] lets responses go on that have begun.
  Duration stopsWithin() {
    return packages.stopsWithin();
  }

  /// Has [#close()] wait for no response, whether it has begun or not.
  void hurry() {
    packages.hurry();
  }

  /// How the cache stands.
  public CacheReport cache() {
    return cache.report();
  }

  /// The mirrors, in the order of the configuration.
  public List<Mirror> mirrors() {
    return mirrors.all();
  }

  /// Ends everything, listeners first. What cannot be ended is logged, and the rest is ended.
  @Override
  public void close() {
    end(parts);
  }

  private static void end(Deque<Closeable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (IOException | RuntimeException e) {
        LOG.warn("stopping", e);
      }
    }
  }
}
