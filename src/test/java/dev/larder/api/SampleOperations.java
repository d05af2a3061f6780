package dev.larder.api;

import dev.larder.cache.CacheReport;
import dev.larder.cache.Cleanup;
import dev.larder.cache.Rank;
import dev.larder.cache.ScrubReport;
import dev.larder.cache.Usage;
import dev.larder.mirror.HeldFile;
import dev.larder.mirror.KeptDirectory;
import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.MirrorReport.Ended;
import dev.larder.mirror.MirrorReport.FillReport;
import dev.larder.mirror.MirrorReport.LatencyReport;
import dev.larder.mirror.MirrorReport.RootReport;
import dev.larder.mirror.MirrorReport.UpstreamReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.repo.Explanation;
import dev.larder.store.RelPath;
import dev.larder.wire.ReloadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A server with two mirrors and fixed figures: `arch` in trouble, `quiet` never asked. Holds its
/// files in memory and really lists and removes them.
public final class SampleOperations implements Operations {
  /// The moment of the snapshot.
  public static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  /// What was called, in order.
  public final List<String> calls = new CopyOnWriteArrayList<>();

  /// What the next refreshes come to.
  public volatile RefreshOutcome outcome = new RefreshOutcome.Switched(13);

  /// Formats of the two mirrors.
  public volatile List<String> formats = List.of("pacman", "pacman");

  /// Thrown by the next calls of [#mirrors()] unless null.
  public volatile @Nullable RuntimeException fault;

  /// Thrown by the next calls of [#held] unless null.
  public volatile @Nullable IOException diskFault;

  private final List<HeldFile> files =
      new ArrayList<>(
          List.of(
              file("core/os/x86_64/core.db", 125_123, true),
              file("core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst", 140_123_456, true),
              file("core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst.sig", 310, false),
              file("extra/os/x86_64/gtk4-1:4.16.5-1-x86_64.pkg.tar.zst", 5_242_880, true),
              file("extra/os/x86_64/libsigc++-2.12.1-1-x86_64.pkg.tar.zst", 2_000_000, true)));

  private final Set<RelPath> kept = new ConcurrentSkipListSet<>();

  private static HeldFile file(String path, long size, boolean checked) {
    return new HeldFile(path, size, NOW.minusSeconds(3 * 3600), checked);
  }

  /// What a scrub finds.
  public List<ScrubReport.Damaged> damaged = List.of();

  /// Addresses of single mirrors and repositories.
  public Map<String, List<String>> own = Map.of();

  /// How clients reach it, or null.
  public @Nullable String publicUrl;

  @Override
  public ServerReport server() {
    return new ServerReport(
        "1.2.3",
        "25.0.3",
        NOW.minusSeconds(3 * 86_400 + 60),
        Path.of("/var/lib/larder"),
        List.of("http://127.0.0.1:8080", "http://192.0.2.7:8080"),
        own,
        publicUrl,
        List.of("cannot listen on 198.51.100.9:80: this machine has no such address"),
        44_238_217_216L,
        new ServerReport.Load(
            List.of(
                new ServerReport.Listener(
                    "0.0.0.0:8080", 7, 52, 9_000_000, Map.of(200, 120L, 304, 80L, 404, 3L)),
                new ServerReport.Listener("127.0.0.1:8081", 0, 1, 0, Map.of())),
            Map.of("network", 5L, "connections", 0L, "fills", 2L, "rate", 5L, "pages", 0L),
            3));
  }

  @Override
  public LogReport logs() {
    return new LogReport(Map.of("error", 1L, "warn", 2L, "info", 30L, "debug", 0L), 4);
  }

  /// Why packages cannot be served, or null.
  public @Nullable String hindrance;

  @Override
  public @Nullable String hindrance() {
    return hindrance;
  }

  @Override
  public List<MirrorReport> mirrors() {
    RuntimeException thrown = fault;
    if (thrown != null) {
      throw thrown;
    }
    return List.of(arch(), quiet());
  }

  private MirrorReport arch() {
    return new MirrorReport(
        "arch",
        formats.getFirst(),
        List.of(
            new UpstreamReport("https://one.example", "ok", null, null, 2, heads()),
            new UpstreamReport(
                "https://two.example",
                "backing off",
                "connect timed out",
                NOW.plusSeconds(90),
                7,
                LatencyReport.NONE)),
        List.of(
            new RootReport(
                "arch",
                12,
                NOW.minusSeconds(3 * 3600),
                NOW.minusSeconds(120),
                "https://one.example",
                List.of("core/os/x86_64/core.db", "extra/os/x86_64/extra.db"),
                15_012,
                List.of(11L, 10L),
                "core.db is older than the one served",
                NOW.minusSeconds(2 * 3600),
                null)),
        List.of(
            new FillReport(
                "core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst",
                140_123_456,
                73_400_320,
                3,
                "https://one.example",
                NOW.minusSeconds(12)),
            new FillReport(
                "extra/os/x86_64/new.db", -1, 4096, 1, "https://one.example", NOW.minusSeconds(1))),
        kept.stream().map(RelPath::value).toList(),
        1825,
        175,
        13_207_024_435L,
        1_181_116_006L,
        new Ended(170, 3, 12, 5, 1));
  }

  private static LatencyReport heads() {
    return new LatencyReport(
        List.of(Duration.ofMillis(5), Duration.ofMillis(50)),
        List.of(40L, 9L, 1L),
        Duration.ofMillis(750));
  }

  private MirrorReport quiet() {
    return new MirrorReport(
        "quiet",
        formats.getLast(),
        List.of(
            new UpstreamReport(
                "https://three.example/archlinux", "untried", null, null, 0, LatencyReport.NONE)),
        List.of(),
        List.of(),
        List.of(),
        0,
        0,
        0,
        0,
        Ended.NONE);
  }

  @Override
  public @Nullable MirrorReport mirror(String name) {
    return mirrors().stream().filter(m -> m.name().equals(name)).findFirst().orElse(null);
  }

  @Override
  public RefreshOutcome refresh(String mirror, boolean accept) {
    calls.add("refresh " + mirror + " " + accept);
    return outcome;
  }

  @Override
  public Explanation explain(Place place) {
    return new Explanation(
        place.path().value(),
        "200 from what is held, generation 12",
        List.of(
            new Explanation.Step("kind", "index"),
            new Explanation.Step("generation", "12"),
            new Explanation.Step("held", "125123 bytes, checked")));
  }

  @Override
  public @Nullable Place resolve(String location) {
    String path = location.replaceFirst("^https?://[^/]+", "");
    return path.startsWith("/arch/")
        ? new Place("arch", new RelPath(path.substring("/arch/".length())))
        : null;
  }

  @Override
  public synchronized List<HeldFile> held(
      String mirror, Glob glob, @Nullable RelPath after, int limit) throws IOException {
    IOException thrown = diskFault;
    if (thrown != null) {
      throw thrown;
    }
    return matching(mirror, glob).stream()
        .filter(f -> after == null || f.path().compareTo(after.value()) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized Removal remove(String mirror, Glob glob) {
    calls.add("remove " + mirror + " " + glob);
    List<HeldFile> wanted = matching(mirror, glob);
    List<HeldFile> gone = wanted.stream().filter(f -> kept.stream().noneMatch(in(f))).toList();
    files.removeAll(gone);
    long bytes = gone.stream().mapToLong(HeldFile::size).sum();
    return new Removal(gone.size(), bytes, wanted.size() - gone.size());
  }

  @Override
  public CacheReport cache() {
    CacheReport.Counters counters =
        new CacheReport.Counters(Map.of(Rank.UNREFERENCED, 12L, Rank.USED, 1L), 4, 5 << 20, 9, 1);
    return new CacheReport(
        200L << 30,
        10L << 30,
        50L << 30,
        400L << 30,
        List.of(
            new CacheReport.OfMirror("arch", 100L << 30, 60L << 30, 3 << 20, 1 << 20, counters),
            new CacheReport.OfMirror("quiet", 200L << 30, 0, 4096, 0, counters)));
  }

  @Override
  public Usage usage() {
    Usage.Part none = new Usage.Part(0, 0);
    Usage.Part some = new Usage.Part(3, 12_288);
    Usage.Part many = new Usage.Part(5, 60L << 30);
    return new Usage(
        List.of(
            new Usage.OfMirror("arch", many, some, some, none, some),
            new Usage.OfMirror("quiet", none, none, some, none, none)),
        some,
        some,
        none,
        new Usage.Part(20, (60L << 30) + 6 * 12_288));
  }

  @Override
  public ReloadResult reload(boolean dry) {
    calls.add("reload " + dry);
    return new ReloadResult(
        dry,
        List.of(
            new ReloadResult.Change(
                "mirror.arch.refresh",
                ReloadResult.What.CHANGED,
                "\"5m\"",
                "\"1m\"",
                false,
                false)));
  }

  @Override
  public Cleanup collect(long least, boolean dry) {
    calls.add("collect " + least + " " + dry);
    return new Cleanup(
        dry,
        List.of(
            new Cleanup.Item(
                "arch",
                "core/os/x86_64/old-1-1-any.pkg.tar.zst",
                4096,
                NOW.minusSeconds(3600),
                Rank.UNREFERENCED.why())));
  }

  @Override
  public ScrubReport scrub(@Nullable String mirror, Glob glob) {
    calls.add("scrub " + mirror + " " + glob);
    return new ScrubReport(5, 147_491_769, 1, damaged);
  }

  private static Predicate<RelPath> in(HeldFile file) {
    return directory -> file.path().startsWith(directory + "/");
  }

  @Override
  public synchronized List<KeptDirectory> kept(String mirror) {
    return mirror.equals("arch") ? kept.stream().map(this::sum).toList() : List.of();
  }

  @Override
  public synchronized KeptDirectory keep(String mirror, RelPath directory) {
    calls.add("keep " + mirror + " " + directory);
    kept.add(directory);
    return sum(directory);
  }

  @Override
  public synchronized @Nullable KeptDirectory letGo(String mirror, RelPath directory) {
    calls.add("let go " + mirror + " " + directory);
    return kept.remove(directory) ? sum(directory) : null;
  }

  private KeptDirectory sum(RelPath directory) {
    List<HeldFile> below = files.stream().filter(f -> in(f).test(directory)).toList();
    return new KeptDirectory(
        directory, below.size(), below.stream().mapToLong(HeldFile::size).sum());
  }

  private List<HeldFile> matching(String mirror, Glob glob) {
    return mirror.equals("arch")
        ? files.stream()
            .filter(f -> glob.matches(new RelPath(f.path())))
            .sorted(Comparator.comparing(HeldFile::path))
            .toList()
        : List.of();
  }
}
