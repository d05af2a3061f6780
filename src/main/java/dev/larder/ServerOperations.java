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
import dev.larder.log.Logs;
import dev.larder.mirror.HeldFile;
import dev.larder.mirror.KeptDirectory;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.mirror.Removed;
import dev.larder.repo.Content;
import dev.larder.repo.Explanation;
import dev.larder.repo.Repositories;
import dev.larder.repo.Subtree;
import dev.larder.serve.PackageListener;
import dev.larder.serve.TrafficReport;
import dev.larder.settings.ConfigDifference;
import dev.larder.store.RelPath;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.ReloadResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the console can do, done with the running parts.
final class ServerOperations implements Operations {
  private final Reload reload;
  private final Mirrors mirrors;
  private final Repositories repositories;
  private final Cache cache;
  private final PackageListener packages;
  private final @Nullable Logs logs;
  private final Instant startedAt;

  ServerOperations(
      Reload reload,
      Mirrors mirrors,
      Repositories repositories,
      Cache cache,
      PackageListener packages,
      @Nullable Logs logs,
      InstantSource clock) {
    this.reload = reload;
    this.mirrors = mirrors;
    this.repositories = repositories;
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
    packages.own().forEach((content, addresses) -> own.put(content, urls(addresses)));
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
    String scheme = reload.config().packages().tls() == null ? "http://" : "https://";
    return addresses.stream().map(address -> scheme + Addresses.format(address)).toList();
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
  public Explanation explain(Place place) throws IOException {
    List<Content> contents = new ArrayList<>(mirrors.all());
    contents.addAll(repositories.all());
    return contents.stream()
        .filter(content -> content.name().equals(place.content()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("nothing called " + place.content()))
        .explain(place.path());
  }

  @Override
  public @Nullable Place resolve(String location) {
    PackageListener.Found found =
        new Locations(mirrors, packages).find(location, reload.config().packages().publicUrl());
    if (found == null) {
      return null;
    }
    if (found.content() instanceof Subtree part) {
      RelPath inside = part.inside(found.path());
      return inside == null ? null : new Place(part.whole().name(), inside);
    }
    return new Place(found.content().name(), found.path());
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
