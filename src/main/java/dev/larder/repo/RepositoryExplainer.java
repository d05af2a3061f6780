package dev.larder.repo;

import dev.larder.repo.Explanation.Step;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;

/// Says what a path of a repository would be answered with, and why. The answer is that of
/// [RepositoryAnswers], asked as for a HEAD.
final class RepositoryExplainer {
  private final Repository.Parts parts;
  private final History history;
  private final RepositoryAnswers answers;
  private final List<Step> steps = new ArrayList<>();

  RepositoryExplainer(Repository.Parts parts, History history, RepositoryAnswers answers) {
    this.parts = parts;
    this.history = history;
    this.answers = answers;
  }

  /// @throws IOException if the disk cannot be read
  Explanation explain(RelPath path) throws IOException {
    Held current = history.current();
    step("repository", parts.settings().name() + " (" + parts.format().name() + ")");
    step(
        "generation",
        "%d, made at %s"
            .formatted(current.generation().number(), current.generation().origin().fetchedAt()));
    kind(path, current);
    return new Explanation(path.value(), answer(path), steps);
  }

  private void step(String fact, String value) {
    steps.add(new Step(fact, value));
  }

  private void kind(RelPath path, Held current) {
    Matcher pinned = RepositoryAnswers.PINNED.matcher(path.value());
    if (pinned.matches()) {
      step("kind", "a path in generation " + pinned.group(1) + ", which never changes");
      return;
    }
    if (current.generation().member(path) != null && !Shelves.isHidden(path)) {
      step("kind", "written with its generation, as indexes, their signatures and keys are");
      return;
    }
    for (Held held : history.all()) {
      Expected expected = held.generation().find(path);
      if (expected != null) {
        step("kind", "package, or its signature: the newest generation that names it counts");
        step(
            "expected",
            (expected.hasSize()
                    ? "%d bytes, %s".formatted(expected.size(), expected.checksum())
                    : "nothing is promised of its bytes")
                + ", by generation "
                + held.generation().number());
        return;
      }
    }
    step("kind", "no generation that is held names it");
  }

  private String answer(RelPath path) throws IOException {
    return switch (answers.answer(new Look(path))) {
      case Answer.Found(Representation is, _, CacheStatus _, Answer.Validity _) -> {
        step(
            "held",
            "%d bytes, %s, last modified %s"
                .formatted(is.size(), is.checksum(), is.lastModified()));
        yield "200 from what we hold";
      }
      case Answer.Moved(String location, CacheStatus _) ->
          "302 to %s, so that index and signature are a pair".formatted(location);
      case Answer.Absent(String why, CacheStatus _) ->
          parts.shelves().list(path).isEmpty()
              ? "404: " + why
              : "301 to the listing of this directory";
      case Answer.Unavailable no -> no.code() + ": " + no.why();
    };
  }

  /// Somebody who wants no bytes.
  private record Look(RelPath path) implements Ask {
    @Override
    public InetAddress client() {
      return InetAddress.getLoopbackAddress();
    }

    @Override
    public Want want(Representation representation) {
      return new Want.Nothing();
    }
  }
}
