package dev.larder.mirror;

import dev.larder.egress.Fetched;
import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations.Draft;
import dev.larder.repo.Manifest;
import dev.larder.repo.Member;
import dev.larder.store.Checksum;
import dev.larder.store.Durable;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Fetches index files from one upstream into a draft. What the current generation already has from
/// that upstream is asked for conditionally and taken over when it is the same, unless all is to be
/// fetched anew.
final class SetFetch {
  /// How old a time of whole seconds must be to tell two publications apart.
  static final Duration SETTLED = Duration.ofSeconds(2);

  private static final int SMALL = 4096;

  private final Upstreams upstreams;
  private final Upstream upstream;
  private final Format format;
  private final Traffic traffic;
  private final @Nullable Generation current;
  private final boolean anew;
  private final Set<RelPath> absent = new HashSet<>();
  private final Set<RelPath> confirmed = new HashSet<>();
  private final Map<RelPath, Validators> fetched = new HashMap<>();
  private @Nullable String contradiction;

  /// @param anew whether nothing is asked for conditionally
  SetFetch(
      Upstreams upstreams,
      Upstream upstream,
      Format format,
      Traffic traffic,
      @Nullable Generation current,
      boolean anew) {
    this.upstreams = upstreams;
    this.upstream = upstream;
    this.format = format;
    this.traffic = traffic;
    this.current = current;
    this.anew = anew;
  }

  /// What upstream called the bytes it sent.
  private record Validators(@Nullable String etag, @Nullable String lastModified) {
    static Validators of(Fetched response) {
      return new Validators(response.header("ETag"), response.header("Last-Modified"));
    }

    boolean isEmpty() {
      return etag == null && lastModified == null;
    }

    Map<String, String> conditional() {
      Map<String, String> headers = new HashMap<>();
      if (etag != null) {
        headers.put("If-None-Match", etag);
      } else if (lastModified != null) {
        headers.put("If-Modified-Since", lastModified);
      }
      return headers;
    }
  }

  /// Paths upstream does not have.
  Set<RelPath> absent() {
    return absent;
  }

  /// The text of the token file, or null if upstream has none.
  ///
  /// @throws IOException if upstream gives no usable answer
  @Nullable String token() throws IOException {
    RelPath path = format.token();
    if (path == null) {
      return null;
    }
    try (Fetched response = upstreams.get(upstream, path, Map.of())) {
      int status = response.status();
      if (status == 404 || status == 410) {
        return null;
      }
      if (status != 200) {
        throw unusable(response, path);
      }
      byte[] bytes = response.body().readNBytes(SMALL);
      traffic.fromUpstream(bytes.length);
      if (format.tokenTime(bytes).isEmpty()) {
        return null; // a page that says "not found" with 200
      }
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }

  /// The time `token` states, or -1.
  long tokenTime(@Nullable String token) {
    return token == null ? -1 : format.tokenTime(token.getBytes(StandardCharsets.UTF_8)).orElse(-1);
  }

  /// Whether upstream says that what the current generation has of `path` is what it has.
  boolean isConfirmed(RelPath path) {
    return confirmed.contains(path);
  }

  /// Whether upstream still shows the leader it showed before the other members were fetched: then
  /// nothing was published in between. True if there is nothing to compare.
  ///
  /// @throws IOException if upstream gives no usable answer
  boolean stillLed(Draft draft) throws IOException {
    RelPath leader = leader(draft);
    boolean others = fetched.keySet().stream().anyMatch(path -> !path.equals(leader));
    if (leader == null || !others) {
      return true;
    }
    Validators then = validators(leader);
    if (then == null || then.isEmpty()) {
      return true;
    }
    try (Fetched response = upstreams.get(upstream, leader, then.conditional())) {
      return switch (response.status()) {
        case 304 -> true;
        case 200 -> Validators.of(response).equals(then);
        case 404, 410 -> false;
        default -> throw unusable(response, leader);
      };
    }
  }

  private @Nullable RelPath leader(Draft draft) {
    for (Member member : draft.members()) {
      RelPath leader = format.leader(format.rootOf(member.path()));
      if (member.path().equals(leader)) {
        return leader;
      }
    }
    return null;
  }

  private @Nullable Validators validators(RelPath leader) {
    Member known = current == null ? null : current.member(leader);
    return confirmed.contains(leader) && known != null
        ? new Validators(known.upstreamEtag(), known.upstreamLastModified())
        : fetched.get(leader);
  }

  /// Notes that the members do not belong together.
  void contradict(String why) {
    contradiction = why;
  }

  /// Whether the set contradicts itself and that need not be upstream's: of two publications within
  /// a second, the second can have the validators of the first, and what was taken over may be of
  /// the first.
  boolean isInDoubt() {
    return contradiction != null && !confirmed.isEmpty();
  }

  /// Refuses a set that contradicts itself.
  ///
  /// @throws InvalidIndex if it does
  void refuseContradiction() throws InvalidIndex {
    if (contradiction != null) {
      throw new InvalidIndex(contradiction);
    }
  }

  /// Fetches the index `path` and its signature into `draft`, unless that was done before.
  ///
  /// @throws InvalidIndex if it is not a well-formed index
  /// @throws IOException if upstream or disk fail
  void fetch(RelPath path, Draft draft) throws IOException {
    Member member =
        draft.member(path) != null || absent.contains(path) ? null : fetchFile(path, draft);
    if (member == null) {
      return;
    }
    Generation have = current;
    Member same = have == null ? null : have.member(path);
    boolean known =
        same != null && same.sha256().equals(member.sha256()) && isAlternateKnown(path, draft);
    draft.add(
        member, known && have != null && same != null ? have.manifest(same) : read(path, draft));
    RelPath signature = format.signatureOf(path);
    if (signature != null) {
      Member signed = fetchFile(signature, draft);
      if (signed != null) {
        draft.add(signed, Manifest.EMPTY);
      }
    }
  }

  /// Puts the token file into `draft`.
  void keepToken(String token, Draft draft, Instant now) throws IOException {
    RelPath path = format.token();
    if (path == null) {
      return;
    }
    byte[] bytes = (token + "\n").getBytes(StandardCharsets.UTF_8);
    Files.write(draft.file(path), bytes);
    draft.add(
        new Member(path, bytes.length, Checksum.sha256(bytes), now, null, null), Manifest.EMPTY);
  }

  private Manifest read(RelPath path, Draft draft) throws IOException {
    Map<RelPath, Expected> promises = new HashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(draft.file(path)))) {
      format.read(path, in, promises::put);
    }
    if (!format.namesPackages(path)) {
      return Manifest.EMPTY;
    }
    Manifest manifest = Manifest.of(promises);
    Manifest alternate = alternate(path, draft);
    if (alternate == null) {
      return manifest;
    }
    if (!manifest.isSame(alternate)) {
      contradict(path + " and " + format.alternateOf(path) + " name different packages");
    }
    return Manifest.EMPTY; // what it names is known already
  }

  /// Whether the other form of `path` is as it was when the two were compared. One that is new
  /// beside an old `path` is half a publication.
  private boolean isAlternateKnown(RelPath path, Draft draft) {
    RelPath alternate = format.alternateOf(path);
    Member drafted = alternate == null ? null : draft.member(alternate);
    if (alternate == null || drafted == null) {
      return true;
    }
    Member known = current == null ? null : current.member(alternate);
    return known != null && known.sha256().equals(drafted.sha256());
  }

  private @Nullable Manifest alternate(RelPath path, Draft draft) {
    RelPath alternate = format.alternateOf(path);
    Member drafted = alternate == null ? null : draft.member(alternate);
    if (drafted != null) {
      return draft.manifest(drafted);
    }
    Generation have = current;
    Member known = alternate == null || have == null ? null : have.member(alternate);
    return known != null && have != null && confirmed.contains(known.path())
        ? have.manifest(known)
        : null;
  }

  private @Nullable Member fetchFile(RelPath path, Draft draft) throws IOException {
    Generation have = current;
    Member known = have == null ? null : have.member(path);
    boolean comparable = !anew && have != null && have.origin().upstream().equals(upstream.base());
    Map<String, String> headers =
        comparable && known != null
            ? new Validators(known.upstreamEtag(), known.upstreamLastModified()).conditional()
            : Map.of();
    try (Fetched response = upstreams.get(upstream, path, headers)) {
      switch (response.status()) {
        case 200 -> {
          Member member = store(path, response, draft.file(path));
          if (member == null && known != null) {
            // A set that was signed does not become unsigned because of a page.
            throw new IOException(path + " is not a signature; it may be an error page");
          }
          if (member == null) {
            break; // a page instead of a signature: there is none
          }
          fetched.put(path, Validators.of(response));
          return member;
        }
        case 304 -> {
          if (have != null && known != null) {
            Durable.link(have.file(known), draft.file(path));
            confirmed.add(path);
            return known;
          }
          throw unusable(response, path);
        }
        case 404, 410 -> {}
        default -> throw unusable(response, path);
      }
    }
    absent.add(path);
    return null;
  }

  private @Nullable Member store(RelPath path, Fetched response, Path file) throws IOException {
    long limit = format.maxSize(path);
    MessageDigest sha256 = Checksum.Algorithm.SHA256.digest();
    long size = 0;
    InputStream body = response.body();
    byte[] start = body.readNBytes(512);
    if (!format.plausible(path, start)) {
      if (format.kind(path) instanceof dev.larder.format.PathKind.IndexSignature) {
        return null;
      }
      throw new IOException(path + " is not what its name says; it may be an error page");
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      System.arraycopy(start, 0, buffer, 0, start.length);
      for (int n = start.length; n >= 0; n = body.read(buffer)) {
        size += n;
        if (limit >= 0 && size > limit) {
          throw new IOException(path + " is larger than the " + limit + " bytes a client takes");
        }
        sha256.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    }
    traffic.fromUpstream(size);
    Instant time = response.lastModified();
    // Of two publications within a second, the second can have the validators of the first.
    boolean firm = time != null && time.plus(SETTLED).isBefore(upstreams.now());
    return new Member(
        path,
        size,
        Checksum.of(Checksum.Algorithm.SHA256, sha256),
        time == null ? Instant.EPOCH : time,
        firm ? response.header("ETag") : null,
        firm ? response.header("Last-Modified") : null);
  }

  private IOException unusable(Fetched response, RelPath path) {
    String why = "answered " + response.status() + " for " + path;
    if (response.status() == 429 || response.status() == 503) {
      Duration wait = response.retryAfter(upstreams.now());
      return new Busy(why, wait == null ? HeadVerdict.DEFAULT_RETRY : wait);
    }
    return new IOException(why);
  }

  /// Upstream wants to be left alone.
  static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;

    private final Duration wait;

    private Busy(String why, Duration wait) {
      super(why);
      this.wait = wait;
    }

    /// For how long.
    Duration time() {
      return wait;
    }
  }
}
