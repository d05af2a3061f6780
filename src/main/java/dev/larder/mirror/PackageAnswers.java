package dev.larder.mirror;

import dev.larder.egress.HttpDate;
import dev.larder.format.PathKind;
import dev.larder.limits.FillTurns.Turn;
import dev.larder.mirror.HeldFiles.Held;
import dev.larder.repo.Answer;
import dev.larder.repo.Answer.Body;
import dev.larder.repo.Answer.Validity;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Generation;
import dev.larder.repo.Representation;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Answers for files that are not indexes: from what we hold if it is what the index promises, else
/// by a fill.
final class PackageAnswers {
  private static final Duration HEAD_LIMIT = Duration.ofSeconds(25);

  /// phttpget gives up its whole list if one answer takes fifteen seconds, and a small file is
  /// withheld for some of them; without one file it goes on.
  private static final Duration HEAD_LIMIT_IN_A_LIST = Duration.ofSeconds(10);

  /// A range that begins further ahead of the fill than this is fetched beside it.
  private static final long FAR_AHEAD = 4L << 20;

  private final Workings workings;
  private final Roots roots;
  private final Fills fills;
  private final ClientGenerations clients;
  private final Absences absent;
  private final PassedAnswers passed;

  PackageAnswers(Workings workings, Roots roots, Fills fills, ClientGenerations clients) {
    this.workings = workings;
    this.roots = roots;
    this.fills = fills;
    this.clients = clients;
    this.absent = fills.absences();
    this.passed = new PassedAnswers(workings);
  }

  /// A package or a companion of one.
  Answer promised(Ask ask) throws IOException, InterruptedException {
    Answer answer = findPromised(ask);
    if (answer instanceof Answer.Found found && !(found.body() instanceof Body.None)) {
      // Only now: names can be made up, and each that is noted is written down. And only for bytes:
      // a client can ask for the headers of a whole index in a minute.
      noteUse(ask.path());
    }
    return answer;
  }

  private Answer findPromised(Ask ask) throws IOException, InterruptedException {
    // One look at the generations: the answer must not mix two of them.
    List<Generation> known = roots.known(ask.path());
    Naming naming = name(ask, known);
    if (naming instanceof Naming.Unnamed unnamed && !unnamed.covered()) {
      learnIndex(ask.path(), ask.client());
      known = roots.known(ask.path());
      naming = name(ask, known);
    }
    return switch (naming) {
      case Naming.Named named -> named(ask, named, known.getFirst());
      case Naming.Unnamed _ -> unnamed(ask);
    };
  }

  private Naming name(Ask ask, List<Generation> known) {
    return Naming.of(ask.path(), ask.client(), workings.format(), known, clients);
  }

  private void noteUse(RelPath path) {
    RelPath owner =
        workings.format().kind(path) instanceof PathKind.Companion companion
            ? companion.of()
            : path;
    String name = workings.format().packageName(owner);
    if (name != null && owner.equals(path)) {
      workings.uses().packageFile(path.parent(), name);
    } else if (name != null) {
      workings.uses().companion(path.parent(), name);
    }
  }

  /// A package is asked for before any index of its directory was: CacheServer clients and clients
  /// with an older database do that. Brings the index if it can be had soon.
  private void learnIndex(RelPath path, InetAddress client)
      throws IOException, InterruptedException {
    RelPath owner =
        workings.format().kind(path) instanceof PathKind.Companion companion
            ? companion.of()
            : path;
    for (RelPath index : workings.format().indexesOf(owner, workings.settings().name())) {
      Root root = roots.of(index);
      if (root != null && !root.isAbsent(index) && broughtSoon(root, index, client)) {
        workings.uses().index(index);
        return;
      }
    }
  }

  private boolean broughtSoon(Root root, RelPath index, InetAddress client)
      throws InterruptedException {
    if (root.has(index)) {
      return root.forIndexSoon(index);
    }
    Turn turn = workings.turns().take(client);
    if (turn == null) {
      return false;
    }
    try {
      return root.forIndexSoon(index);
    } finally {
      turn.end();
    }
  }

  private Answer named(Ask ask, Naming.Named named, Generation current)
      throws IOException, InterruptedException {
    Promise promise = named.promise();
    long removals = workings.held().removals();
    Held held = workings.held().find(ask.path(), promise);
    Root root = roots.existing(ask.path());
    if (held != null) {
      Validity validity =
          named.forAll() && root != null
              ? new WhileCurrent(ask.path(), root, current, removals)
              : Validity.ONCE;
      return Answers.found(
          ask, held, CacheStatus.hit("gen=" + named.generation().number()), validity, promise);
    }
    Answer known = fromPromise(ask, promise);
    if (known != null) {
      return known;
    }
    boolean aside = named.aside() && promise.provable();
    Answer answer = fill(ask, order(ask.path(), promise, aside, Map.of()), null);
    if (answer instanceof Answer.Absent && named.generation() == current && root != null) {
      // The index we serve names it and upstream has dropped it: the index is old.
      root.refreshSoon();
    }
    return answer;
  }

  /// The answer if it needs no bytes and the promise alone tells it; else null.
  private static @Nullable Answer fromPromise(Ask ask, Promise promise) {
    if (promise.etag() == null || !promise.expected().hasSize()) {
      return null;
    }
    Representation cold =
        new Representation(promise.expected().size(), null, promise.etag(), promise.sha256());
    return ask.want(cold) instanceof Ask.Want.Nothing
        ? new Answer.Found(
            cold,
            new Body.None(),
            CacheStatus.forwarded("uri-miss", 0, false, "from-index"),
            Validity.ONCE)
        : null;
  }

  /// A file whose name tells its bytes.
  Answer hashNamed(Ask ask, Expected expected) throws IOException, InterruptedException {
    return forEver(ask, Promise.of(expected), "hash-named");
  }

  /// A file that never changes once it is there, and often is not.
  Answer immutable(Ask ask) throws IOException, InterruptedException {
    return forEver(ask, Promise.unverified(), "immutable");
  }

  private Answer forEver(Ask ask, Promise promise, String why)
      throws IOException, InterruptedException {
    long removals = workings.held().removals();
    Held held = workings.held().find(ask.path(), promise);
    if (held != null) {
      Validity validity = new WhileKept(ask.path(), removals);
      return Answers.found(ask, held, CacheStatus.hit(why), validity, promise);
    }
    if (absent.holds(ask.path())) {
      return new Answer.Absent("Upstream has no such file.", CacheStatus.hit("negative"));
    }
    return fill(ask, order(ask.path(), promise, false, Map.of()), null);
  }

  /// Fetches `path` if its right bytes are known and not here, until it is known what comes.
  void ahead(RelPath path, @Nullable InetAddress client) throws IOException, InterruptedException {
    Promise promise =
        switch (workings.format().kind(path)) {
          case PathKind.HashNamed(Expected expected) -> Promise.of(expected);
          case PathKind.Immutable _ -> Promise.unverified();
          case PathKind.PackageFile _ ->
              name(path) instanceof Naming.Named named && !named.aside() ? named.promise() : null;
          case PathKind.Index _,
              PathKind.IndexSignature _,
              PathKind.Token _,
              PathKind.Companion _,
              PathKind.Other _ ->
              null;
        };
    if (promise == null || absent.holds(path) || diskIsFull()) {
      return;
    }
    Held held = workings.held().find(path, promise);
    if (held != null) {
      held.file().close();
      return;
    }
    Fill fill = fills.join(order(path, promise, false, Map.of()), client);
    try {
      fill.awaitHead(HEAD_LIMIT);
    } finally {
      fill.growth().leave();
    }
  }

  private Answer unnamed(Ask ask) throws IOException, InterruptedException {
    Held held = workings.held().findAny(ask.path());
    boolean immutable =
        workings.format().kind(ask.path()) instanceof PathKind.PackageFile(boolean forEver)
            && forEver;
    if (held != null && (immutable || !held.row().promise().equals(Promise.unverified().key()))) {
      // A generation that is no longer held named it; its bytes were checked then. Or its name is
      // made of its bytes, and was compared with them.
      return Answers.found(ask, held, CacheStatus.hit("superseded"), Validity.ONCE, null);
    }
    if (held != null) {
      held.file().close();
    }
    return other(ask);
  }

  /// A path no index covers: what we hold is confirmed by upstream if that was long ago.
  Answer other(Ask ask) throws IOException, InterruptedException {
    RelPath path = ask.path();
    Promise promise = Promise.unverified();
    Held held = workings.held().find(path, promise);
    if (held != null && isRecent(held)) {
      return Answers.found(ask, held, CacheStatus.hit("recent"), Validity.ONCE, promise);
    }
    if (absent.holds(path)) {
      if (held != null) {
        held.file().close();
      }
      return new Answer.Absent("Upstream has no such file.", CacheStatus.hit("negative"));
    }
    return fill(ask, order(path, promise, false, conditional(held)), held);
  }

  private boolean isRecent(Held held) {
    Instant now = workings.clock().instant();
    Instant checked = Instant.ofEpochSecond(held.row().checkedAt());
    // One that is yet to come was before the clock was set back, nobody knows how long.
    return !checked.isAfter(now) && checked.plus(workings.settings().refresh()).isAfter(now);
  }

  private static Map<String, String> conditional(@Nullable Held held) {
    Map<String, String> headers = new HashMap<>();
    if (held != null && held.row().etag() != null) {
      headers.put("If-None-Match", held.row().etag());
    } else if (held != null) {
      headers.put("If-Modified-Since", HttpDate.format(held.lastModified()));
    }
    return headers;
  }

  /// Lets the bytes pass through without keeping them.
  Answer pass(Ask ask, Promise promise) throws InterruptedException {
    return passed.pass(ask, order(ask.path(), promise, false, Map.of()));
  }

  private FillOrder order(
      RelPath path, Promise promise, boolean aside, Map<String, String> conditional) {
    return FillOrder.of(path, promise, aside, conditional, workings.format());
  }

  /// Answers from a fill.
  ///
  /// @param stale what we hold and would serve if upstream fails; ended here
  private Answer fill(Ask ask, FillOrder order, @Nullable Held stale)
      throws IOException, InterruptedException {
    if (diskIsFull()) {
      return stale != null ? stale(ask, stale) : pass(ask, order.promise());
    }
    boolean collapsed = fills.isRunning(order);
    Fill fill = fills.join(order, ask.client());
    boolean handedOn = false;
    try {
      FillHead head = fill.awaitHead(stale != null ? Root.PATIENCE : limit(order));
      switch (head) {
        case FillHead.Begun begun -> {
          CacheStatus status =
              CacheStatus.forwarded(stale != null ? "stale" : "uri-miss", begun.status(), true, "")
                  .from(fill.source());
          Answer answer =
              begun(ask, order, fill, begun, collapsed ? status.withCollapsed() : status);
          handedOn = answer instanceof Answer.Found found && found.body() instanceof Body.Growing;
          end(stale);
          return answer;
        }
        case FillHead.NotModified _ -> {
          workings.held().confirmed(order.path());
          Held held = stale != null ? stale : workings.held().find(order.path(), order.promise());
          return held == null
              ? gone()
              : Answers.found(
                  ask,
                  held,
                  CacheStatus.forwarded("stale", 304, true, "confirmed"),
                  Validity.ONCE,
                  order.promise());
        }
        case FillHead.Absent _ -> {
          end(stale);
          return gone();
        }
        case FillHead.Failed(int code, _, _) when code == 429 -> {
          end(stale);
          return PassedAnswers.tooMany("uri-miss");
        }
        case FillHead.Failed failed -> {
          return stale != null
              ? stale(ask, stale)
              : new Answer.Unavailable(
                  failed.code(),
                  "No upstream could give this file.",
                  failed.retryAfter(),
                  CacheStatus.forwarded("uri-miss", 0, false, "upstream-failed"));
        }
        case FillHead.NoRoom _ -> {
          return stale != null ? stale(ask, stale) : pass(ask, order.promise());
        }
      }
    } finally {
      if (!handedOn) {
        fill.growth().leave();
      }
    }
  }

  private Duration limit(FillOrder order) {
    return switch (workings.format().kind(order.path())) {
      case PathKind.HashNamed _, PathKind.Immutable _ -> HEAD_LIMIT_IN_A_LIST;
      case PathKind.Index _,
          PathKind.IndexSignature _,
          PathKind.Token _,
          PathKind.PackageFile _,
          PathKind.Companion _,
          PathKind.Other _ ->
          HEAD_LIMIT;
    };
  }

  private static void end(@Nullable Held held) {
    if (held != null) {
      held.file().close();
    }
  }

  private Answer stale(Ask ask, Held held) {
    return Answers.found(
        ask,
        held,
        CacheStatus.hit("upstream-down"),
        new Validity() {
          @Override
          public boolean holds() {
            return false;
          }

          @Override
          public long confirmedAt() {
            return held.row().checkedAt();
          }
        },
        null);
  }

  /// The answer if no upstream has the file.
  static Answer gone() {
    return new Answer.Absent(
        "No upstream has this file.", CacheStatus.forwarded("uri-miss", 404, false, ""));
  }

  private Naming name(RelPath path) {
    return Naming.of(
        path, InetAddress.getLoopbackAddress(), workings.format(), roots.known(path), clients);
  }

  private Answer begun(
      Ask ask, FillOrder order, Fill fill, FillHead.Begun begun, CacheStatus status)
      throws IOException {
    Held held =
        fill.growth().state() instanceof dev.larder.store.GrowingFile.State.Complete
            ? workings.held().find(order.path(), order.promise())
            : null;
    if (held != null) {
      return Answers.found(ask, held, status, Validity.ONCE, order.promise());
    }
    Representation representation =
        new Representation(
            begun.size(), begun.lastModified(), order.promise().etag(), order.promise().sha256());
    return switch (ask.want(representation)) {
      case Ask.Want.Nothing _ ->
          new Answer.Found(representation, new Body.None(), status, Validity.ONCE);
      case Ask.Want.Bytes bytes ->
          bytes.from() > fill.growth().released() + FAR_AHEAD
              ? passed.farAhead(ask, representation, order, fill, bytes)
              : new Answer.Found(
                  representation, new Body.Growing(fill.growth()), status, Validity.ONCE);
    };
  }

  /// Whether the disk has refused bytes a moment ago.
  boolean diskIsFull() {
    return fills.diskHasJustFailed() || fills.diskIsFull();
  }

  /// Holds while nothing is removed from the tree.
  private class WhileKept implements Validity {
    private final RelPath path;
    private final long removals;

    WhileKept(RelPath path, long removals) {
      this.path = path;
      this.removals = removals;
    }

    @Override
    public void given(InetAddress client) {
      workings.share().used(path.value());
    }

    @Override
    public boolean holds() {
      return workings.held().removals() == removals;
    }

    @Override
    public long confirmedAt() {
      return -1;
    }
  }

  /// Holds while, beside that, the generation that was asked is current.
  private final class WhileCurrent extends WhileKept {
    private final Root root;
    private final Generation generation;

    WhileCurrent(RelPath path, Root root, Generation generation, long removals) {
      super(path, removals);
      this.root = root;
      this.generation = generation;
    }

    @Override
    public boolean holds() {
      List<Generation> known = root.known();
      return !known.isEmpty() && known.getFirst() == generation && super.holds();
    }
  }
}
