package dev.larder.mirror;

import dev.larder.format.PathKind;
import dev.larder.limits.FillTurns.Turn;
import dev.larder.mirror.HeldFiles.Held;
import dev.larder.repo.Answer;
import dev.larder.repo.Answer.Body;
import dev.larder.repo.Answer.Validity;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Generation;
import dev.larder.repo.Member;
import dev.larder.repo.Representation;
import dev.larder.store.Expected;
import dev.larder.store.OpenFile;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts together the answer to an ask, by what its path is: an index and its signature come from a
/// generation, a package from what we hold or a fill, anything else is revalidated.
final class Answers {
  private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
  private static final Duration SOON = Duration.ofSeconds(5);

  /// `@12/core/os/x86_64/core.db`: a path in one generation.
  private static final Pattern PINNED = Pattern.compile("@(\\d{1,18})/(.+)");

  private final Workings workings;
  private final Roots roots;
  private final ClientGenerations clients;
  private final PackageAnswers packages;

  Answers(Workings workings, Roots roots, Fills fills) {
    this.workings = workings;
    this.roots = roots;
    this.clients = new ClientGenerations(workings.settings().hold());
    this.packages = new PackageAnswers(workings, roots, fills, clients);
  }

  /// From now on a client is taken to use what it was handed for so long.
  void hold(Duration hold) {
    clients.hold(hold);
  }

  /// Finds the answer; blocks, at most for some seconds.
  Answer answer(Ask ask) {
    try {
      Matcher pinned = PINNED.matcher(ask.path().value());
      if (pinned.matches()) {
        return pinned(ask, Long.parseLong(pinned.group(1)), pinned.group(2));
      }
      if (isNoFile(ask.path())) {
        return new Answer.Absent("There is no such file.", CacheStatus.hit("negative"));
      }
      return switch (workings.format().kind(ask.path())) {
        case PathKind.Index _ -> {
          Answer answer = index(ask, ask.path());
          if (answer instanceof Answer.Found || answer instanceof Answer.Moved) {
            // Only now: each one that is in use is fetched with the set, and names can be made up.
            workings.uses().index(ask.path());
          }
          yield answer;
        }
        case PathKind.IndexSignature signature -> index(ask, signature.of());
        case PathKind.Token _ -> token(ask);
        case PathKind.PackageFile _, PathKind.Companion _ -> packages.promised(ask);
        case PathKind.HashNamed(Expected expected) -> packages.hashNamed(ask, expected);
        case PathKind.Immutable _ -> packages.immutable(ask);
        case PathKind.Other _ -> packages.other(ask);
      };
    } catch (IOException | UncheckedIOException e) {
      LOG.error("{}: {}: {}", workings.settings().name(), ask.path(), e.getMessage());
      return new Answer.Unavailable(
          500,
          "The disk of this mirror cannot be read.",
          SOON,
          CacheStatus.forwarded("bypass", 0, false, "disk error"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unavailable(
          503, "This mirror is stopping.", SOON, CacheStatus.forwarded("bypass", 0, false, ""));
    }
  }

  /// Fetches what a client will ask for soon, if it is not here. Blocks until it is on its way.
  ///
  /// @param client who will; null if we want it ourselves
  void ahead(RelPath path, @Nullable InetAddress client) {
    try {
      if (!isNoFile(path)) {
        packages.ahead(path, client);
      }
    } catch (IOException | UncheckedIOException e) {
      // Whoever asks for it is told.
      LOG.debug("{}: ahead: {}", path, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether `path` cannot be a file's: it is a directory in the tree, or it leads through a file.
  /// Some upstreams answer 200 to anything; without this their pages would stand in the tree where
  /// packages belong.
  private boolean isNoFile(RelPath path) {
    for (RelPath above = path.parent(); !above.isRoot(); above = above.parent()) {
      if (!(workings.format().kind(above) instanceof PathKind.Other)) {
        return true;
      }
    }
    return workings.format().kind(path) instanceof PathKind.Other
        && workings.held().isDirectory(path);
  }

  private Answer pinned(Ask ask, long number, String rest) throws IOException {
    RelPath path = RelPath.orNull(rest);
    Root root = path == null ? null : roots.existing(path);
    Generation generation = root == null ? null : root.generation(number);
    Member member = path == null || generation == null ? null : generation.member(path);
    if (root == null || generation == null || member == null) {
      String why =
          generation == null
              ? "Generation " + number + " is no longer held; ask again without @" + number + "."
              : "Generation " + number + " has no such file.";
      return new Answer.Absent(why, CacheStatus.hit("gen=" + number));
    }
    handed(ask.client(), generation, member.path());
    Representation representation = representation(member);
    return new Answer.Found(
        representation,
        body(ask, generation, member),
        CacheStatus.hit("gen=" + number),
        new WhileHeld(root, generation, member.path()));
  }

  /// An index, or the signature of one.
  private Answer index(Ask ask, RelPath index) throws IOException, InterruptedException {
    Root root = roots.of(index);
    if (root == null) {
      return new Answer.Unavailable(
          503,
          "Too many directories that upstream does not have were asked for; try again soon.",
          SOON,
          CacheStatus.forwarded("bypass", 0, false, "too many roots"));
    }
    Answer paired = paired(ask, root);
    if (paired != null) {
      return paired;
    }
    Generation before = root.current();
    boolean fresh = before != null && root.isFresh(before);
    Turn turn = null;
    if (!root.has(index) && !root.isAbsent(index)) {
      // A name that nobody has asked for yet costs upstream some requests.
      turn = workings.turns().take(ask.client());
      if (turn == null) {
        return PassedAnswers.tooMany("uri-miss");
      }
    }
    Generation generation;
    try {
      generation = root.forIndex(index);
    } finally {
      if (turn != null) {
        turn.end();
      }
    }
    if (generation == null) {
      return noIndex(ask, root, index);
    }
    CacheStatus status = status(root, generation, fresh && before == generation);
    Member member = generation.member(ask.path());
    if (member == null) {
      return new Answer.Absent("Upstream has no %s.".formatted(ask.path().fileName()), status);
    }
    RelPath signature = workings.format().signatureOf(index);
    boolean signed = signature != null && generation.member(signature) != null;
    handed(ask.client(), generation, member.path());
    if (signed && ask.path().equals(index)) {
      // pacman asks for the signature beside where the database really came from: sending it into
      // the generation makes a pair of both, whatever is published in between.
      return new Answer.Moved("@" + generation.number() + "/" + index.encoded(), status);
    }
    return new Answer.Found(
        representation(member),
        body(ask, generation, member),
        status,
        new WhileFresh(root, generation, member.path()));
  }

  /// The half of a pair whose other half this client was handed, from the generation of that one
  /// and without asking upstream, which may have published in between; null if that is not so.
  private @Nullable Answer paired(Ask ask, Root root) throws IOException {
    RelPath with = workings.format().pairedWith(ask.path());
    if (with == null) {
      return null;
    }
    long last = clients.last(ask.client(), with.parent(), root.directory());
    Generation generation = root.generation(last);
    if (generation == null || generation.member(with) == null) {
      return null;
    }
    CacheStatus status = CacheStatus.hit("gen=" + last);
    Member member = generation.member(ask.path());
    if (member == null && generation == root.current()) {
      return null; // it may only not have been asked for
    }
    return member == null
        ? new Answer.Absent("Upstream had no %s.".formatted(ask.path().fileName()), status)
        : new Answer.Found(
            representation(member), body(ask, generation, member), status, Validity.ONCE);
  }

  /// Notes that `client` has `path` as it is in `generation`. Does not block.
  private void handed(InetAddress client, Generation generation, RelPath path) {
    RelPath index =
        workings.format().kind(path) instanceof PathKind.IndexSignature signature
            ? signature.of()
            : path;
    // Of a package, a client believes the index it will fetch packages by, and no other.
    boolean leads = index.equals(workings.format().leader(workings.format().rootOf(index)));
    if (leads || workings.format().namesPackages(index)) {
      clients.handed(client, path.parent(), generation.number());
    }
  }

  private Answer token(Ask ask) throws IOException, InterruptedException {
    Root root = roots.existing(ask.path());
    Generation generation = root == null ? null : root.current();
    if (generation != null && generation.member(ask.path()) != null) {
      return index(ask, ask.path());
    }
    return packages.other(ask);
  }

  private Answer noIndex(Ask ask, Root root, RelPath index)
      throws IOException, InterruptedException {
    CacheStatus status = CacheStatus.forwarded("uri-miss", 0, false, "no generation");
    if (root.isAbsent(index)) {
      return new Answer.Absent("Upstream has no %s.".formatted(ask.path().fileName()), status);
    }
    if (root.isRefused()) {
      // Upstream has it: it is asked again until it has one that can be served.
      workings.uses().index(index);
    }
    String why = root.lastError();
    if (why != null && root.current() == null && packages.diskIsFull()) {
      return packages.pass(ask, Promise.unverified());
    }
    return new Answer.Unavailable(
        502,
        why == null ? "The index cannot be served." : "No upstream could be used.",
        SOON,
        status);
  }

  private static Representation representation(Member member) {
    return new Representation(member.size(), member.lastModified(), member.etag(), member.sha256());
  }

  private static Body body(Ask ask, Generation generation, Member member) throws IOException {
    return switch (ask.want(representation(member))) {
      case Ask.Want.Nothing _ -> new Body.None();
      case Ask.Want.Bytes _ -> new Body.Stored(OpenFile.open(generation.file(member)));
    };
  }

  private static CacheStatus status(Root root, Generation generation, boolean unasked) {
    String detail = "gen=" + generation.number();
    String trouble = root.lastError();
    if (trouble != null) {
      return CacheStatus.hit(detail + " upstream-down");
    }
    return unasked ? CacheStatus.hit(detail) : CacheStatus.forwarded("stale", 200, true, detail);
  }

  /// Holds while the generation is current and need not be confirmed.
  private final class WhileFresh implements Validity {
    private final Root root;
    private final Generation generation;
    private final RelPath path;

    WhileFresh(Root root, Generation generation, RelPath path) {
      this.root = root;
      this.generation = generation;
      this.path = path;
    }

    @Override
    public boolean holds() {
      return root.isFresh(generation);
    }

    @Override
    public long confirmedAt() {
      return root.confirmedAt();
    }

    @Override
    public void given(InetAddress client) {
      handed(client, generation, path);
    }
  }

  /// Holds while the generation is held. A path in one generation never changes.
  private final class WhileHeld implements Validity {
    private final Root root;
    private final Generation generation;
    private final RelPath path;

    WhileHeld(Root root, Generation generation, RelPath path) {
      this.root = root;
      this.generation = generation;
      this.path = path;
    }

    @Override
    public boolean holds() {
      return root.generation(generation.number()) == generation;
    }

    @Override
    public long confirmedAt() {
      return -1;
    }

    @Override
    public void given(InetAddress client) {
      handed(client, generation, path);
    }
  }

  /// The answer for a file we hold.
  ///
  /// @param validity how long it may be given from memory
  static Answer.Found found(
      Ask ask, Held held, CacheStatus status, Validity validity, @Nullable Promise promise) {
    String known = promise == null ? null : promise.etag();
    Representation representation =
        new Representation(
            held.row().size(),
            held.lastModified(),
            known != null ? known : Promise.etag(held.row().sha256()),
            held.row().sha256());
    return switch (ask.want(representation)) {
      case Ask.Want.Nothing _ -> {
        held.file().close();
        yield new Answer.Found(representation, new Body.None(), status, validity);
      }
      case Ask.Want.Bytes _ ->
          new Answer.Found(representation, new Body.Stored(held.file()), status, validity);
    };
  }
}
