package dev.larder.mirror;

import dev.larder.format.Format;
import dev.larder.format.InvalidIndex;
import dev.larder.repo.Generation;
import dev.larder.repo.Generations;
import dev.larder.repo.Generations.Draft;
import dev.larder.repo.Member;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Finds out what upstream shows now, and fetches the set if it is another one: from one upstream,
/// checked, and only if that upstream still shows the same set at the end. Acts on nothing: what it
/// found is a value for [Root] to act on.
final class Refresh {
  private static final Logger LOG = LoggerFactory.getLogger(Refresh.class);

  /// How often a set that changes under our hands is begun anew.
  private static final int ATTEMPTS = 6;

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final RelPath root;
  private final Workings workings;
  private final Upstreams upstreams;
  private final Format format;
  private final Generations generations;
  private final IndexCheck check;
  private final InstantSource clock;

  /// @param root whose set is looked for
  Refresh(RelPath root, Workings workings, Generations generations, IndexCheck check) {
    this.root = root;
    this.workings = workings;
    this.upstreams = workings.upstreams();
    this.format = workings.format();
    this.generations = generations;
    this.check = check;
    this.clock = workings.clock();
  }

  /// What upstream shows.
  ///
  /// The draft of a finding is the receiver's to commit or discard.
  sealed interface Finding {
    /// The set we have.
    ///
    /// @param token as it is now, or null if the format or upstream has none
    /// @param added indexes that were missing, in a draft; null if none
    /// @param absent paths upstream does not have
    record Same(@Nullable String token, @Nullable Draft added, Set<RelPath> absent)
        implements Finding {}

    /// Another set.
    ///
    /// @param draft its files
    /// @param origin where it is from
    /// @param absent paths upstream does not have
    record Other(Draft draft, Generation.Origin origin, Set<RelPath> absent) implements Finding {
      /// Whether `other` has the same bytes.
      boolean isSame(Other other) {
        return bytes().equals(other.bytes());
      }

      private Map<RelPath, Checksum> bytes() {
        return draft.members().stream().collect(Collectors.toMap(Member::path, Member::sha256));
      }
    }

    /// A set that must not be served.
    ///
    /// @param older it is older than ours, and nothing else is wrong with it
    record Refused(String why, boolean older) implements Finding {}

    /// No upstream has any of it.
    ///
    /// @param why one sentence
    /// @param absent paths upstream does not have
    record Gone(String why, Set<RelPath> absent) implements Finding {}

    /// No answer.
    record Unreachable(String why) implements Finding {}

    /// Removes the draft of a finding that is not acted on.
    static void discard(Finding finding) throws IOException {
      switch (finding) {
        case Same same -> {
          Draft added = same.added();
          if (added != null) {
            added.discard();
          }
        }
        case Other other -> other.draft().discard();
        case Refused _, Gone _, Unreachable _ -> {}
      }
    }
  }

  /// What the current state is and what is wanted of a refresh.
  ///
  /// @param current generation, or null
  /// @param token the token that stands for `current` now, or null
  /// @param wanted index paths to have
  /// @param acceptOlder an older set is taken
  /// @param accept the operator takes whatever upstream shows, signed or not
  record Wish(
      @Nullable Generation current,
      @Nullable String token,
      Set<RelPath> wanted,
      boolean acceptOlder,
      boolean accept) {
    Set<RelPath> missing() {
      Set<RelPath> missing = new LinkedHashSet<>(wanted);
      if (current != null) {
        current.members().forEach(member -> missing.remove(member.path()));
      }
      return missing;
    }
  }

  /// Asks the upstreams in order until one shows a set that can be served.
  Finding find(Wish wish) {
    Finding refused = null;
    Finding gone = null;
    String why = "no upstream is configured";
    boolean allAnswer = true;
    for (Upstream upstream : upstreams.inOrder(null)) {
      try {
        Finding finding = find(upstream, wish);
        upstream.succeeded();
        if (finding instanceof Finding.Gone) {
          // One that has it still may come.
          gone = finding;
          continue;
        }
        if (!(finding instanceof Finding.Refused refusal)) {
          return finding;
        }
        LOG.warn("{}: {}", upstream, refusal.why());
        refused = worse(refused, refusal);
      } catch (InvalidIndex e) {
        refused = new Finding.Refused(upstream + ": " + e.getMessage(), false);
        LOG.warn("{}: {}", upstream, e.getMessage());
      } catch (IOException e) {
        why = upstream + ": " + e.getMessage();
        boolean news = true;
        if (e instanceof SetFetch.Busy busy) {
          upstream.busy(String.valueOf(e.getMessage()), busy.time());
        } else {
          news = upstream.failed(String.valueOf(e.getMessage()));
        }
        LOG.atLevel(news ? Level.INFO : Level.DEBUG).log("refresh: {}", why);
        allAnswer = false;
      }
    }
    if (refused instanceof Finding.Refused refusal) {
      // An older set is only taken one day if every upstream agrees on it.
      return new Finding.Refused(refusal.why(), refusal.older() && allAnswer);
    }
    if (gone != null && allAnswer) {
      return gone;
    }
    Duration told = upstreams.retryAfter();
    return new Finding.Unreachable(
        told == null ? why : why + "; upstream asks to wait " + told.toSeconds() + " s");
  }

  private static Finding worse(@Nullable Finding before, Finding.Refused now) {
    return before instanceof Finding.Refused refused && !refused.older() ? refused : now;
  }

  private Finding find(Upstream upstream, Wish wish) throws IOException {
    boolean anew = false;
    for (int attempt = 1; ; attempt++) {
      Draft draft = generations.draft();
      SetFetch fetch =
          new SetFetch(upstreams, upstream, format, workings.traffic(), wish.current(), anew);
      Finding finding = null;
      try {
        finding = attempt(upstream, fetch, wish, draft);
        if (finding != null) {
          return finding;
        }
      } finally {
        if (!uses(finding, draft)) {
          draft.discard();
        }
      }
      if (attempt == ATTEMPTS) {
        throw new IOException("its set changed or did not fit together " + ATTEMPTS + " times");
      }
      anew = anew || fetch.isInDoubt();
      pause();
    }
  }

  private static boolean uses(@Nullable Finding finding, Draft draft) {
    return switch (finding) {
      case Finding.Same same -> same.added() == draft;
      case Finding.Other other -> other.draft() == draft;
      case Finding.Refused _, Finding.Gone _, Finding.Unreachable _ -> false;
      case null -> false;
    };
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /// One attempt; null if upstream changed meanwhile, or what was taken over may be to blame that
  /// the set does not fit together.
  private @Nullable Finding attempt(Upstream upstream, SetFetch fetch, Wish wish, Draft draft)
      throws IOException {
    Generation current = wish.current();
    String token = fetch.token();
    boolean sameToken = token != null && token.equals(wish.token()) && settled(fetch, token);
    boolean confirmed = sameToken || isLedBySame(fetch, wish, draft);
    if (current != null && confirmed && wish.missing().isEmpty()) {
      return new Finding.Same(token, null, Set.of());
    }
    long time = fetch.tokenTime(token);
    if (isOlder(time, wish)) {
      return older(upstream, time, wish);
    }
    for (RelPath path : confirmed ? wish.missing() : wish.wanted()) {
      fetch.fetch(path, draft);
    }
    if (!stands(fetch, token) || !fetch.stillLed(draft)) {
      return null;
    }
    if (!check.fitTogether(draft)) {
      fetch.contradict("a signature is of other bytes");
      return null;
    }
    if (fetch.isInDoubt()) {
      return null;
    }
    fetch.refuseContradiction();
    boolean same = current != null && (confirmed || isSame(current, draft, wish));
    Draft added = same && current != null ? added(current, draft) : null;
    if (same && added == null) {
      return new Finding.Same(token, null, fetch.absent());
    }
    OptionalLong own = check.examine(root, draft, same ? current : null);
    String refusal = wish.accept() ? null : check.refusal(draft, same ? current : null);
    if (refusal != null) {
      return new Finding.Refused(upstream + ": " + refusal, false);
    }
    if (same) {
      return new Finding.Same(token, added, fetch.absent());
    }
    if (draft.members().isEmpty()) {
      return new Finding.Gone(upstream + " has no such indexes (any more)", fetch.absent());
    }
    if (time < 0) {
      time = own.orElse(newest(draft));
      if (isOlder(time, wish)) {
        return older(upstream, own.isPresent() ? -1 : time, wish);
      }
    }
    return other(upstream, draft, fetch, token, time);
  }

  /// Whether upstream confirms the leader of the set we have, so that all of the set stands.
  private boolean isLedBySame(SetFetch fetch, Wish wish, Draft draft) throws IOException {
    RelPath leader = format.leader(root);
    Generation current = wish.current();
    Member known = leader == null || current == null ? null : current.member(leader);
    // Without validators nobody can confirm; with it missing there is nothing to confirm.
    if (leader == null || known == null || !wish.wanted().contains(leader)) {
      return false;
    }
    fetch.fetch(leader, draft);
    return fetch.isConfirmed(leader);
  }

  private static boolean isOlder(long time, Wish wish) {
    Generation current = wish.current();
    return current != null && time >= 0 && time < current.origin().time() && !wish.acceptOlder();
  }

  /// @param time of the set in epoch seconds, or -1 if its clock counts something else
  private static Finding older(Upstream upstream, long time, Wish wish) {
    Generation current = wish.current();
    String why =
        time < 0 || current == null
            ? upstream + " has a set older than ours"
            : "%s is at %s, older than the set we have of %s"
                .formatted(
                    upstream,
                    Instant.ofEpochSecond(time),
                    Instant.ofEpochSecond(current.origin().time()));
    return new Finding.Refused(why, true);
  }

  private Finding other(
      Upstream upstream, Draft draft, SetFetch fetch, @Nullable String token, long time)
      throws IOException {
    if (token != null) {
      fetch.keepToken(token, draft, clock.instant());
    }
    return new Finding.Other(
        draft,
        new Generation.Origin(upstream.base(), clock.instant(), time, token == null ? "" : token),
        fetch.absent());
  }

  /// Whether the token is old enough to tell two publications apart.
  private boolean settled(SetFetch fetch, String token) {
    return Instant.ofEpochSecond(fetch.tokenTime(token))
        .plus(SetFetch.SETTLED)
        .isBefore(clock.instant());
  }

  private static boolean stands(SetFetch fetch, @Nullable String token) throws IOException {
    return token == null || token.equals(fetch.token());
  }

  /// Whether the draft has the same bytes as `current` for all that `current` has of it.
  private boolean isSame(Generation current, Draft draft, Wish wish) {
    for (Member member : current.members()) {
      RelPath path = member.path();
      Member now = draft.member(path);
      boolean asked = wish.wanted().contains(path) || isSignatureOfWanted(path, wish);
      if (asked && (now == null || !now.sha256().equals(member.sha256()))) {
        return false;
      }
    }
    // A signature that appeared beside a database we have is a change, too.
    for (Member member : draft.members()) {
      if (current.member(member.path()) == null && isSignatureOfKnown(member.path(), current)) {
        return false;
      }
    }
    return true;
  }

  private boolean isSignatureOfWanted(RelPath path, Wish wish) {
    return format.kind(path) instanceof dev.larder.format.PathKind.IndexSignature signature
        && wish.wanted().contains(signature.of());
  }

  private boolean isSignatureOfKnown(RelPath path, Generation current) {
    return format.kind(path) instanceof dev.larder.format.PathKind.IndexSignature signature
        && current.member(signature.of()) != null;
  }

  private static @Nullable Draft added(Generation current, Draft draft) {
    List<Member> added = new ArrayList<>();
    for (Member member : draft.members()) {
      if (current.member(member.path()) == null) {
        added.add(member);
      }
    }
    return added.isEmpty() ? null : draft;
  }

  /// The latest time upstream gave any file of the draft that is old with its set, in epoch
  /// seconds; -1 if it gave none.
  private long newest(Draft draft) {
    RelPath leader = format.leader(root);
    long newest = -1;
    for (Member member : draft.members()) {
      boolean tells =
          leader == null || draft.member(leader) == null || member.path().equals(leader);
      if (tells && !member.lastModified().equals(Instant.EPOCH)) {
        newest = Math.max(newest, member.lastModified().getEpochSecond());
      }
    }
    return newest;
  }
}
