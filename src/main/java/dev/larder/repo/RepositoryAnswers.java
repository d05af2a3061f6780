package dev.larder.repo;

import dev.larder.repo.Answer.Body;
import dev.larder.repo.Answer.Validity;
import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.OpenFile;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers for the paths of a repository: indexes from the current generation, packages from the
/// newest generation that names them. Nothing has to be asked of anybody else.
final class RepositoryAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(RepositoryAnswers.class);

  /// `@12/x86_64/internal.db`: a path in one generation.
  static final Pattern PINNED = Pattern.compile("@(\\d{1,18})/(.+)");

  private final String repository;
  private final History history;
  private final Shelves shelves;

  /// Whether clients ask for an index and then for the signature beside it.
  private final boolean pairs;

  RepositoryAnswers(Repository.Parts parts, History history) {
    this.repository = parts.settings().name();
    this.history = history;
    this.shelves = parts.shelves();
    this.pairs = parts.format().hasPackageSignatures();
  }

  Answer answer(Ask ask) {
    try {
      Matcher pinned = PINNED.matcher(ask.path().value());
      if (pinned.matches()) {
        return pinned(ask, Long.parseLong(pinned.group(1)), pinned.group(2));
      }
      Generation generation = history.current().generation();
      Member member = generation.member(ask.path());
      if (member != null && !Shelves.isHidden(ask.path())) {
        return index(ask, generation, member);
      }
      Expected expected = history.expected(ask.path());
      return expected == null ? absent(generation) : file(ask, expected);
    } catch (IOException | UncheckedIOException e) {
      LOG.error("repository {}: {}: {}", repository, ask.path(), e.getMessage());
      return new Answer.Unavailable(
          500,
          "The disk of this repository cannot be read.",
          Duration.ofSeconds(5),
          CacheStatus.hit("disk error"));
    }
  }

  private static Answer absent(Generation generation) {
    return new Answer.Absent(
        "This repository has no such file.", CacheStatus.hit("gen=" + generation.number()));
  }

  private Answer pinned(Ask ask, long number, String rest) throws IOException {
    RelPath path = RelPath.orNull(rest);
    Held held = history.find(number);
    Member member = path == null || held == null ? null : held.generation().member(path);
    if (held == null || member == null || Shelves.isHidden(member.path())) {
      String why =
          held == null
              ? "Generation " + number + " is no longer held; ask again without @" + number + "."
              : "Generation " + number + " has no such file.";
      return new Answer.Absent(why, CacheStatus.hit("gen=" + number));
    }
    return found(ask, held.generation(), member, new WhileHeld(history, held));
  }

  private Answer index(Ask ask, Generation generation, Member member) throws IOException {
    RelPath signature = member.path().sibling(member.path().fileName() + PackageList.SIGNATURE);
    if (pairs && generation.member(signature) != null) {
      // pacman asks for the signature beside where the database really came from: sending it into
      // the generation makes a pair of both, whatever is published in between.
      return new Answer.Moved(
          "@" + generation.number() + "/" + member.path().encoded(),
          CacheStatus.hit("gen=" + generation.number()));
    }
    return found(ask, generation, member, new WhileCurrent(history, generation));
  }

  private static Answer found(Ask ask, Generation generation, Member member, Validity validity)
      throws IOException {
    Representation representation =
        new Representation(member.size(), member.lastModified(), member.etag(), member.sha256());
    Body body =
        switch (ask.want(representation)) {
          case Ask.Want.Nothing _ -> new Body.None();
          case Ask.Want.Bytes _ -> new Body.Stored(OpenFile.open(generation.file(member)));
        };
    return new Answer.Found(
        representation, body, CacheStatus.hit("gen=" + generation.number()), validity);
  }

  /// A package, or the signature beside one.
  private Answer file(Ask ask, Expected expected) throws IOException {
    Path file = shelves.file(ask.path());
    Instant modified;
    Checksum sha256;
    try {
      modified = Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS);
      // A signature can be made anew without a generation's knowing; it is small enough to look.
      sha256 = expected.hasSize() ? expected.checksum() : Checksum.sha256(file);
    } catch (NoSuchFileException e) {
      return gone(ask);
    }
    return file(ask, expected, file, modified, sha256);
  }

  /// A package that was dropped since it was looked up is absent; any other is missing.
  private Answer gone(Ask ask) {
    return history.expected(ask.path()) == null
        ? absent(history.current().generation())
        : damaged(ask, "is missing from the tree");
  }

  private Answer file(
      Ask ask, Expected expected, Path file, Instant modified, @Nullable Checksum sha256)
      throws IOException {
    OpenFile open;
    try {
      open = OpenFile.open(file);
    } catch (NoSuchFileException e) {
      return gone(ask);
    }
    if (expected.hasSize() && open.size() != expected.size()) {
      open.close();
      return damaged(ask, "has another length than it must have");
    }
    Representation representation = new Representation(open.size(), modified, etag(sha256), sha256);
    CacheStatus status = CacheStatus.hit("");
    Validity validity =
        expected.hasSize() ? new WhileNamed(history, ask.path(), expected) : Validity.ONCE;
    return switch (ask.want(representation)) {
      case Ask.Want.Nothing _ -> {
        open.close();
        yield new Answer.Found(representation, new Body.None(), status, validity);
      }
      case Ask.Want.Bytes _ ->
          new Answer.Found(representation, new Body.Stored(open), status, validity);
    };
  }

  private Answer damaged(Ask ask, String what) {
    LOG.error(
        "repository {}: {} {}; larder repo verify {} shows all that is damaged",
        repository,
        ask.path(),
        what,
        repository);
    return new Answer.Unavailable(
        500,
        "The file of this package is damaged; its owner is told.",
        Duration.ofMinutes(1),
        CacheStatus.hit("damaged"));
  }

  private static @Nullable String etag(@Nullable Checksum sha256) {
    return sha256 == null ? null : "\"" + sha256.algorithm().id() + "-" + sha256.hex() + "\"";
  }

  /// Holds while the generation is current.
  private record WhileCurrent(History history, Generation generation) implements Validity {
    @Override
    public boolean holds() {
      return history.current().generation() == generation;
    }

    @Override
    public long confirmedAt() {
      return -1;
    }
  }

  /// Holds while the generation is held. A path in one generation never changes.
  private record WhileHeld(History history, Held held) implements Validity {
    @Override
    public boolean holds() {
      return history.find(held.generation().number()) == held;
    }

    @Override
    public long confirmedAt() {
      return -1;
    }
  }

  /// Holds while the newest generation that names the path promises the same bytes. It is looked up
  /// once for each generation.
  private static final class WhileNamed implements Validity {
    private final History history;
    private final RelPath path;
    private final Expected expected;
    private volatile Held seen;

    WhileNamed(History history, RelPath path, Expected expected) {
      this.history = history;
      this.path = path;
      this.expected = expected;
      this.seen = history.current();
    }

    @Override
    public boolean holds() {
      Held current = history.current();
      if (current != seen) {
        if (!expected.equals(history.expected(path))) {
          return false;
        }
        seen = current;
      }
      return true;
    }

    @Override
    public long confirmedAt() {
      return -1;
    }
  }
}
