package dev.larder;

import dev.larder.api.Glob;
import dev.larder.api.LogReport;
import dev.larder.api.Operations;
import dev.larder.api.RequestFailed;
import dev.larder.api.ServerReport;
import dev.larder.cache.Cache;
import dev.larder.cache.CacheReport;
import dev.larder.cache.Cleanup;
import dev.larder.cache.ScrubReport;
import dev.larder.cache.Usage;
import dev.larder.config.Addresses;
import dev.larder.config.Reachable;
import dev.larder.log.Logs;
import dev.larder.mirror.Explanation;
import dev.larder.mirror.HeldFile;
import dev.larder.mirror.KeptDirectory;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.mirror.Removed;
import dev.larder.serve.PackageListener;
import dev.larder.serve.Site;
import dev.larder.serve.TrafficReport;
import dev.larder.settings.ConfigDifference;
import dev.larder.store.RelPath;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.ReloadResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the console can do, done with the running parts.
final class ServerOperations implements Operations {
  private final Reload reload;
  private final Mirrors mirrors;
  private final Cache cache;
  private final PackageListener packages;
  private final @Nullable Logs logs;
  private final Instant startedAt;

  ServerOperations(
      Reload reload,
      Mirrors mirrors,
      Cache cache,
      PackageListener packages,
      @Nullable Logs logs,
      InstantSource clock) {
    this.reload = reload;
    this.mirrors = mirrors;
    this.cache = cache;
    this.packages = packages;
    this.logs = logs;
    this.startedAt = clock.instant();
  }

  @Override
  public ServerReport server() {
    long free;
    try {
      free = Files.getFileStore(reload.config().data()).getUsableSpace();
    } catch (IOException e) {
      free = -1;
    }
    Map<String, List<String>> own = new LinkedHashMap<>();
    for (Mirror mirror : mirrors.all()) {
      List<InetSocketAddress> alone = packages.addresses(mirror.name());
      if (!alone.isEmpty()) {
        own.put(mirror.name(), urls(alone));
      }
    }
    return new ServerReport(
        Version.current(),
        Runtime.version().toString(),
        startedAt,
        reload.config().data(),
        urls(packages.addresses()),
        own,
        reload.config().packages().publicUrl(),
        List.copyOf(packages.waiting().values()),
        free,
        new ServerReport.Load(
            packages.traffic().stream().map(ServerOperations::listener).toList(),
            packages.refusals(),
            packages.limitedClients()));
  }

  private static ServerReport.Listener listener(TrafficReport of) {
    return new ServerReport.Listener(
        of.listener(), of.connections(), of.accepted(), of.sentBytes(), of.responses());
  }

  @Override
  public ReloadResult reload(boolean dry) {
    return switch (reload.run(dry)) {
      case Reload.Outcome.Taken(ConfigDifference difference) ->
          new ReloadResult(
              dry, difference.entries().stream().map(ServerOperations::change).toList());
      case Reload.Outcome.Invalid(String why) ->
          throw new RequestFailed(ErrorCode.INVALID_CONFIGURATION, why, null);
      case Reload.Outcome.Closed() ->
          throw new RequestFailed(
              ErrorCode.NOT_READY,
              "Larder is starting or stopping and reads no configuration",
              null);
    };
  }

  private static ReloadResult.Change change(ConfigDifference.Entry entry) {
    return new ReloadResult.Change(
        entry.name(),
        ReloadResult.What.valueOf(entry.what().name()),
        entry.before(),
        entry.after(),
        entry.secret(),
        entry.restart());
  }

  @Override
  public LogReport logs() {
    return logs == null
        ? new LogReport(Map.of(), 0)
        : new LogReport(logs.messages(), logs.access().dropped());
  }

  @Override
  public @Nullable String hindrance() {
    if (packages.isListening()) {
      return null;
    }
    Map<InetSocketAddress, String> waiting = packages.waiting();
    return waiting.isEmpty()
        ? "the package listener has stopped listening"
        : String.join("; ", waiting.values());
  }

  /// As bound: an address that means all addresses of the machine stays one.
  private List<String> urls(List<InetSocketAddress> addresses) {
    String scheme = scheme() + "://";
    return addresses.stream().map(address -> scheme + Addresses.format(address)).toList();
  }

  private String scheme() {
    return reload.config().packages().tls() == null ? "http" : "https";
  }

  @Override
  public List<MirrorReport> mirrors() {
    return mirrors.all().stream().map(Mirror::report).toList();
  }

  @Override
  public @Nullable MirrorReport mirror(String name) {
    return mirrors.all().stream()
        .filter(mirror -> mirror.name().equals(name))
        .map(Mirror::report)
        .findFirst()
        .orElse(null);
  }

  private Mirror known(String name) {
    return mirrors.all().stream()
        .filter(mirror -> mirror.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no mirror " + name));
  }

  @Override
  public RefreshOutcome refresh(String mirror, boolean accept) {
    return known(mirror).refresh(accept);
  }

  @Override
  public Explanation explain(String mirror, RelPath path) {
    try {
      return known(mirror).explain(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable Place resolve(String asked) {
    String location = belowPublicUrl(asked);
    for (Mirror mirror : mirrors.all()) {
      for (String upstream : mirror.upstreamUrls()) {
        Place place = below(mirror, location, upstream + "/");
        if (place != null) {
          return place;
        }
      }
      for (InetSocketAddress own : packages.addresses(mirror.name())) {
        String top = Reachable.url(scheme(), own);
        if (location.startsWith(top + "/")) {
          Place place = atRoot(List.of(mirror), location.substring(top.length()), true);
          return place != null ? place : below(mirror, location, top + "/");
        }
      }
    }
    boolean isUrl = location.contains("://");
    String path = isUrl ? rawPath(location) : location;
    for (Mirror mirror : mirrors.all()) {
      Place place = path == null ? null : below(mirror, path, "/" + mirror.name() + "/");
      if (place != null) {
        return place;
      }
    }
    Place place = path == null ? null : atRoot(mirrors.all(), path, false);
    return place == null && isUrl && path != null ? onItsOwn(port(location), path) : place;
  }

  /// The place on a listener that a mirror has for itself: clients know its machine by names.
  private @Nullable Place onItsOwn(int port, String path) {
    for (Mirror mirror : mirrors.all()) {
      if (packages.addresses(mirror.name()).stream().anyMatch(own -> own.getPort() == port)) {
        return below(mirror, path, "/");
      }
    }
    return null;
  }

  /// The port of a URL; -1 where there is none.
  private static int port(String url) {
    URI uri = URI.create(url);
    boolean standard = uri.getPort() < 0 && uri.getHost() != null;
    return standard ? "https".equals(uri.getScheme()) ? 443 : 80 : uri.getPort();
  }

  /// The path of what clients ask for by the public URL, which may have one that a proxy takes off.
  private String belowPublicUrl(String location) {
    String url = reload.config().packages().publicUrl();
    return url != null && location.startsWith(url + "/")
        ? location.substring(url.length())
        : location;
  }

  /// The place of a path that clients of one format ask for at the top of a listener.
  ///
  /// @param among the mirrors of the listener
  /// @param prefixed only those that lie below a prefix
  private @Nullable Place atRoot(List<Mirror> among, String rawPath, boolean prefixed) {
    String path = decoded(rawPath);
    for (Site.RootPath root : RootPaths.of(mirrors.all())) {
      boolean is = path != null && root.has(path) && !(prefixed && root.prefix().equals("/"));
      for (Mirror mirror : among) {
        if (is && root.content().equals(mirror)) {
          return below(mirror, rawPath, root.prefix());
        }
      }
    }
    return null;
  }

  private static @Nullable String rawPath(String location) {
    try {
      return URI.create(location).getRawPath();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable Place below(Mirror mirror, String location, String prefix) {
    if (!location.startsWith(prefix)) {
      return null;
    }
    String below = decoded(location.substring(prefix.length()));
    RelPath path = below == null ? null : RelPath.orNull(below);
    return path == null ? null : new Place(mirror.name(), path);
  }

  private static @Nullable String decoded(String raw) {
    try {
      // A plus sign is a plus sign in a path.
      return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public List<HeldFile> held(String mirror, Glob glob, @Nullable RelPath after, int limit)
      throws IOException {
    return known(mirror).held(glob::matches, after, limit);
  }

  @Override
  public Removal remove(String mirror, Glob glob) throws IOException {
    Removed removed = known(mirror).remove(glob::matches);
    List<HeldFile> files = removed.files();
    long bytes = files.stream().mapToLong(HeldFile::size).sum();
    return new Removal(files.size(), bytes, removed.kept());
  }

  @Override
  public CacheReport cache() {
    return cache.report();
  }

  @Override
  public Usage usage() throws IOException {
    return cache.usage();
  }

  @Override
  public Cleanup collect(long least, boolean dry) throws IOException {
    return cache.collect(least, dry);
  }

  @Override
  public ScrubReport scrub(@Nullable String mirror, Glob glob) throws IOException {
    try {
      return cache.scrub(
          mirror,
          name -> {
            RelPath path = RelPath.orNull(name);
            return path != null && glob.matches(path);
          });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public List<KeptDirectory> kept(String mirror) throws IOException {
    return known(mirror).kept();
  }

  @Override
  public KeptDirectory keep(String mirror, RelPath directory) throws IOException {
    return known(mirror).keep(directory);
  }

  @Override
  public @Nullable KeptDirectory letGo(String mirror, RelPath directory) throws IOException {
    return known(mirror).letGo(directory);
  }
}
