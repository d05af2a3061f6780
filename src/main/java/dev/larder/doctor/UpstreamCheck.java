package dev.larder.doctor;

import dev.larder.egress.Discovery;
import dev.larder.egress.Egress;
import dev.larder.egress.Fetch;
import dev.larder.egress.Fetched;
import dev.larder.egress.HttpDate;
import dev.larder.egress.ServiceRecord;
import dev.larder.format.Format;
import dev.larder.format.IndexTrust;
import dev.larder.format.InvalidIndex;
import dev.larder.format.PathKind;
import dev.larder.mirror.MirrorSettings;
import dev.larder.settings.UpstreamLists;
import dev.larder.store.Expected;
import dev.larder.store.Hashing;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Walks the upstreams of one mirror as the server would: the same names, source addresses and
/// redirect policy, the files its clients begin with, and one package.
final class UpstreamCheck {
  /// A list of mirrors has hundreds.
  private static final int MOST_UPSTREAMS = 8;

  /// Date is in seconds, and the answer takes some to come.
  private static final Duration MOST_SKEW = Duration.ofSeconds(60);

  private static final long MOST_BYTES = 512L << 20;

  /// A package that promises no size may be as large as a base system: its beginning will do.
  private static final int START = 512;

  private final MirrorSettings mirror;
  private final Format format;
  private final @Nullable IndexTrust trust;
  private final Probe probe;
  private final Egress egress;
  private final Discovery discovery;
  private final Consumer<Finding> findings;
  private final Set<String> dated = new HashSet<>();
  private Set<String> hosts = Set.of();

  /// @param trust checks signatures inside indexes; null if they are not checked
  /// @param findings takes what is found, as soon as it is
  UpstreamCheck(
      MirrorSettings mirror,
      Format format,
      @Nullable IndexTrust trust,
      Probe probe,
      Egress egress,
      Discovery discovery,
      Consumer<Finding> findings) {
    this.mirror = mirror;
    this.format = format;
    this.trust = trust;
    this.probe = probe;
    this.egress = egress;
    this.discovery = discovery;
    this.findings = findings;
  }

  /// A file that was fetched to be looked at.
  ///
  /// @param etag its entity tag, or null
  /// @param modified its `Last-Modified` as sent, or null
  private record Got(RelPath path, Path file, @Nullable String etag, @Nullable String modified) {}

  /// A package an index names.
  private record Named(RelPath path, Expected expected) {}

  /// Walks them all.
  ///
  /// @param work an empty directory for what is fetched
  void walk(Path work) throws IOException {
    Set<String> urls = new LinkedHashSet<>();
    for (String entry : mirror.upstream()) {
      urls.addAll(resolved(entry));
    }
    Set<String> names = new HashSet<>();
    urls.forEach(url -> names.add(host(URI.create(url))));
    hosts = Set.copyOf(names);
    int passed = Math.max(0, urls.size() - MOST_UPSTREAMS);
    if (passed > 0) {
      String detail = "the first %d are asked, not the other %d".formatted(MOST_UPSTREAMS, passed);
      findings.accept(Finding.note("mirror " + mirror.name(), "upstreams", detail));
    }
    for (String url : urls.stream().limit(MOST_UPSTREAMS).toList()) {
      upstream(url, work);
    }
  }

  private List<String> resolved(String entry) {
    String about = "mirror " + mirror.name();
    if (!entry.startsWith("srv:")) {
      List<String> urls = UpstreamLists.of(List.of(entry), discovery).urls();
      if (urls.isEmpty()) {
        findings.accept(Finding.problem(about, entry, "names no server"));
      }
      return urls;
    }
    String host = entry.substring("srv:".length());
    long start = System.nanoTime();
    try {
      Discovery.Servers servers = discovery.find(host);
      if (servers.records().isEmpty()) {
        String detail = "no SRV records; the host itself is asked";
        findings.accept(Finding.note(about, entry, detail).since(start));
      }
      for (ServiceRecord record : servers.records()) {
        String detail =
            "%s://%s:%d, priority %d, weight %d"
                .formatted(
                    servers.scheme(),
                    record.target(),
                    record.port(),
                    record.priority(),
                    record.weight());
        findings.accept(Finding.ok(about, entry, detail).since(start));
      }
      return servers.urls(host);
    } catch (IOException e) {
      findings.accept(Finding.problem(about, entry, why(e)).since(start));
      return List.of("https://" + host);
    }
  }

  private void upstream(String url, Path work) throws IOException {
    List<Finding> here = new ArrayList<>();
    Consumer<Finding> note =
        finding -> {
          here.add(finding);
          findings.accept(finding);
        };
    Map<RelPath, Got> got = new LinkedHashMap<>();
    List<RelPath> files = probe.files(mirror.name(), mirror.format());
    for (RelPath path : files) {
      Got one = file(url, path, work.resolve("index-" + got.size()), note);
      if (one != null) {
        got.put(path, one);
      }
    }
    if (!got.isEmpty()) {
      conditional(url, List.copyOf(got.values()).getLast(), note);
    }
    Named smallest = read(url, got, note);
    if (smallest != null) {
      examinePackage(url, smallest, work.resolve("package"), note);
    }
    for (Got one : got.values()) {
      Files.deleteIfExists(one.file());
    }
    List<Finding> bad =
        here.stream().filter(finding -> finding.level() == Finding.Level.PROBLEM).toList();
    findings.accept(
        bad.isEmpty()
            ? Finding.ok(url, "verdict", "works")
            : Finding.problem(
                url,
                "verdict",
                "does not work: %s %s".formatted(bad.getFirst().what(), bad.getFirst().detail())));
  }

  private @Nullable Got file(String url, RelPath path, Path to, Consumer<Finding> note) {
    boolean needed = !(format.kind(path) instanceof PathKind.Token);
    long start = System.nanoTime();
    try (Fetched fetched = get(url, path, Map.of())) {
      if (fetched.status() != 200) {
        String detail = status(fetched);
        note.accept(
            (needed || fetched.status() != 404
                    ? Finding.problem(url, path.value(), detail)
                    : Finding.note(url, path.value(), detail))
                .since(start));
        return null;
      }
      long limit = format.maxSize(path) < 0 ? MOST_BYTES : format.maxSize(path);
      long size = copy(fetched.body(), to, limit);
      note.accept(Finding.ok(url, path.value(), described(url, fetched, size)).since(start));
      clock(url, fetched.header("Date"), note);
      return new Got(path, to, fetched.header("ETag"), fetched.header("Last-Modified"));
    } catch (IOException e) {
      note.accept(Finding.problem(url, path.value(), why(e)).since(start));
      return null;
    }
  }

  /// Once for each upstream: a server that is fetched from has the time.
  private void clock(String url, @Nullable String date, Consumer<Finding> note) {
    Instant theirs = date == null ? null : HttpDate.parse(date);
    if (theirs == null || !dated.add(url)) {
      return;
    }
    long seconds = Duration.between(theirs, Instant.now()).toSeconds();
    if (Math.abs(seconds) > MOST_SKEW.toSeconds()) {
      note.accept(
          Finding.note(
                  url,
                  "clock",
                  "this machine's is %d seconds %s"
                      .formatted(Math.abs(seconds), seconds < 0 ? "behind" : "ahead"))
              .because("ages, expiry and signatures are reckoned by it")
              .remedy("let it be set (ntpd, chrony, timesyncd); or the upstream's clock is wrong"));
    }
  }

  private Fetched get(String url, RelPath path, Map<String, String> headers) throws IOException {
    URI uri = URI.create(url + "/" + path.value());
    return egress.get(new Fetch(uri, headers, mirror.redirects(), hosts));
  }

  private static long copy(InputStream from, Path to, long limit) throws IOException {
    long size = 0;
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(to)) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        size += n;
        if (size > limit) {
          throw new IOException("longer than the %d bytes clients accept".formatted(limit));
        }
        out.write(buffer, 0, n);
      }
    }
    return size;
  }

  private static String status(Fetched fetched) {
    String wait = fetched.header("Retry-After");
    return "answers " + fetched.status() + (wait == null ? "" : ", Retry-After: " + wait);
  }

  /// Where it came from in the end, and what later requests and other caches go by.
  private static String described(String url, Fetched fetched, long size) {
    StringBuilder text = new StringBuilder(size + " bytes");
    String from = host(fetched.effectiveUri());
    if (!from.equals(host(URI.create(url)))) {
      text.append(", redirected to ").append(from);
    }
    for (String name : List.of("ETag", "Last-Modified", "Cache-Control")) {
      String value = fetched.header(name);
      text.append(", ").append(value == null ? "no " + name : name + " " + value);
    }
    return text.toString();
  }

  /// Whether the index need not be sent again while it is unchanged.
  private void conditional(String url, Got got, Consumer<Finding> note) {
    String what = got.path().fileName() + " unchanged";
    String etag = got.etag();
    String modified = got.modified();
    if (etag == null && modified == null) {
      note.accept(
          Finding.note(url, what, "neither ETag nor Last-Modified: it is sent whole every time"));
      return;
    }
    long start = System.nanoTime();
    Map<String, String> headers =
        etag != null
            ? Map.of("If-None-Match", etag)
            : Map.of("If-Modified-Since", Objects.requireNonNull(modified));
    try (Fetched again = get(url, got.path(), headers)) {
      note.accept(
          (again.status() == 304
                  ? Finding.ok(url, what, "304 when asked again")
                  : Finding.note(url, what, again.status() + " and not 304 when asked again"))
              .since(start));
    } catch (IOException e) {
      note.accept(Finding.problem(url, what, why(e)).since(start));
    }
  }

  /// Reads the indexes as the server would; the smallest package they name, or null.
  private @Nullable Named read(String url, Map<RelPath, Got> got, Consumer<Finding> note) {
    List<Named> best = new ArrayList<>();
    RelPath root = null;
    for (Got one : got.values()) {
      if (!(format.kind(one.path()) instanceof PathKind.Index)) {
        continue;
      }
      root = format.rootOf(one.path());
      String what = one.path().fileName() + " read";
      int[] count = {0};
      try (InputStream bytes = Files.newInputStream(one.file())) {
        format.read(
            one.path(),
            bytes,
            (path, expected) -> {
              if (format.kind(path) instanceof PathKind.PackageFile) {
                count[0]++;
                smaller(best, new Named(path, expected));
              }
            });
        String detail = count[0] == 0 ? "well-formed" : count[0] + " packages";
        note.accept(Finding.ok(url, what, detail));
        checkSignature(url, one, note);
      } catch (IOException e) {
        note.accept(Finding.problem(url, what, why(e)));
      }
    }
    if (root != null && got.keySet().containsAll(format.core(root))) {
      examineSet(url, root, got, note);
    }
    return best.isEmpty() ? null : best.getFirst();
  }

  private void checkSignature(String url, Got got, Consumer<Finding> note) throws IOException {
    if (trust == null) {
      return;
    }
    String what = got.path().fileName() + " signature";
    try (InputStream bytes = Files.newInputStream(got.file())) {
      note.accept(
          switch (trust.check(got.path(), bytes)) {
            case IndexTrust.Verdict.Good _ -> Finding.ok(url, what, "good, or none is needed");
            case IndexTrust.Verdict.Unchecked unchecked -> Finding.note(url, what, unchecked.why());
            case IndexTrust.Verdict.Bad bad -> Finding.problem(url, what, bad.why());
          });
    }
  }

  private static void smaller(List<Named> best, Named next) {
    long size = next.expected().hasSize() ? next.expected().size() : Long.MAX_VALUE;
    if (best.isEmpty()) {
      best.add(next);
    } else if (best.getFirst().expected().hasSize()
        ? size < best.getFirst().expected().size()
        : next.expected().hasSize()) {
      best.set(0, next);
    }
  }

  private void examineSet(String url, RelPath root, Map<RelPath, Got> got, Consumer<Finding> note) {
    try {
      OptionalLong clock = format.examine(root, new FetchedSet(got));
      if (clock.isPresent()) {
        note.accept(Finding.ok(url, "set", "belongs together, its clock is " + clock.getAsLong()));
      }
    } catch (IOException e) {
      note.accept(Finding.problem(url, "set", why(e)));
    }
  }

  /// What was fetched, as a set.
  private record FetchedSet(Map<RelPath, Got> got) implements Format.IndexSet {
    @Override
    public boolean has(RelPath index) {
      return got.containsKey(index);
    }

    @Override
    public InputStream open(RelPath index) throws IOException {
      Got one = got.get(index);
      if (one == null) {
        throw new IOException(index + " was not fetched");
      }
      return Files.newInputStream(one.file());
    }
  }

  private void examinePackage(String url, Named named, Path to, Consumer<Finding> note) {
    long start = System.nanoTime();
    String what = named.path().value();
    boolean whole = named.expected().hasSize() && named.expected().size() <= MOST_BYTES;
    Map<String, String> headers = whole ? Map.of() : Map.of("Range", "bytes=0-" + (START - 1));
    try (Fetched fetched = get(url, named.path(), headers)) {
      if (fetched.status() != 200 && fetched.status() != 206) {
        note.accept(Finding.problem(url, what, status(fetched)).since(start));
        return;
      }
      String fault;
      if (whole) {
        copy(fetched.body(), to, named.expected().size());
        fault = fault(named, to);
        Files.delete(to);
      } else {
        byte[] bytes = fetched.body().readNBytes(START);
        fault = format.plausible(named.path(), bytes) ? null : "is not what its name says";
      }
      String from = host(fetched.effectiveUri());
      String good =
          whole
              ? named.expected().size() + " bytes, as the index promises"
              : "begins as such a file does; the index promises no size, so it was not read whole";
      String via = from.equals(host(URI.create(url))) ? "" : ", redirected to " + from;
      note.accept(
          (fault == null ? Finding.ok(url, what, good + via) : Finding.problem(url, what, fault))
              .since(start));
    } catch (IOException e) {
      note.accept(Finding.problem(url, what, why(e)).since(start));
    }
  }

  private static @Nullable String fault(Named named, Path file) throws IOException {
    long size = Files.size(file);
    if (size != named.expected().size()) {
      return "has %d bytes, the index promises %d".formatted(size, named.expected().size());
    }
    Hashing hashing = new Hashing(named.expected().checksum());
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hashing.update(buffer, 0, n);
      }
    }
    return hashing.finish().asExpected()
        ? null
        : "has another checksum than the index promises, " + named.expected().checksum();
  }

  private static String host(URI uri) {
    String host = uri.getHost();
    return host == null ? "" : host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
  }

  private static String why(IOException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return e instanceof InvalidIndex ? "is not well-formed: " + message : message;
  }
}
