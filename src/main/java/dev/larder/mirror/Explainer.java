package dev.larder.mirror;

import dev.larder.format.PathKind;
import dev.larder.repo.Explanation;
import dev.larder.repo.Explanation.Step;
import dev.larder.repo.Generation;
import dev.larder.repo.Member;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Says what a path would be answered with, and why, without asking any upstream.
final class Explainer {
  private final Workings workings;
  private final Roots roots;
  private final Fills fills;
  private final List<Step> steps = new ArrayList<>();

  Explainer(Workings workings, Roots roots, Fills fills) {
    this.workings = workings;
    this.roots = roots;
    this.fills = fills;
  }

  Explanation explain(RelPath path) throws IOException {
    PathKind kind = workings.format().kind(path);
    step("mirror", workings.settings().name() + " (" + workings.format().name() + ")");
    String refusal = workings.scope().refusal(workings.settings().name(), path, false);
    if (refusal != null) {
      step("roots", refusal);
      return new Explanation(path.value(), "403: not in the roots of this mirror", steps);
    }
    Root root = roots.existing(path);
    generation(root);
    String answer =
        switch (kind) {
          case PathKind.Index _ -> {
            step("kind", "index: a member of the set, switched with its generation");
            yield member(root, path, path);
          }
          case PathKind.IndexSignature signature -> {
            step("kind", "signature of the index " + signature.of());
            yield member(root, path, signature.of());
          }
          case PathKind.Token _ -> {
            step("kind", "token: its change announces a new set");
            yield member(root, path, path);
          }
          case PathKind.PackageFile(boolean immutable) -> {
            step(
                "kind",
                immutable
                    ? "package: an index promises its bytes, and its name never means others"
                    : "package: an index promises its size and checksum");
            yield named(path);
          }
          case PathKind.Companion companion -> {
            step("kind", "belongs to the package " + companion.of().fileName());
            yield named(path);
          }
          case PathKind.HashNamed(Expected expected) -> {
            step("kind", "its name tells its bytes: " + expected.checksum());
            yield held(path, Promise.of(expected));
          }
          case PathKind.Immutable _ -> {
            step(
                "kind", "never changes once it is there; that it is not is remembered for an hour");
            yield held(path, Promise.unverified());
          }
          case PathKind.Other _ -> {
            step("kind", "no index covers it: revalidated when older than " + refresh());
            yield held(path, Promise.unverified());
          }
        };
    for (Upstream upstream : workings.upstreams().all()) {
      MirrorReport.UpstreamReport report = upstream.report();
      String trouble = report.lastError() == null ? "" : ": " + report.lastError();
      step("upstream", report.url() + " " + report.state() + trouble);
    }
    return new Explanation(path.value(), answer, steps);
  }

  private void step(String fact, String value) {
    steps.add(new Step(fact, value));
  }

  private String refresh() {
    return workings.settings().refresh().toSeconds() + " s";
  }

  private void generation(@Nullable Root root) {
    Generation current = root == null ? null : root.current();
    if (root == null || current == null) {
      step("generation", "none yet: no index has been fetched");
      return;
    }
    Instant now = workings.clock().instant();
    long age = Duration.between(current.origin().fetchedAt(), now).toSeconds();
    long confirmed = now.getEpochSecond() - root.confirmedAt();
    step("root", root.directory().isRoot() ? "the whole mirror" : root.directory().value());
    step(
        "generation",
        "%d from %s, fetched %d s ago, confirmed by upstream %d s ago%s"
            .formatted(
                current.number(),
                current.origin().upstream(),
                age,
                confirmed,
                root.isFresh(current) ? "" : "; the next index request asks upstream"));
    String trouble = root.lastError();
    if (trouble != null) {
      step("upstream-down", trouble);
    }
    String refusal = root.report().refusal();
    if (refusal != null) {
      step("refused", refusal);
    }
  }

  private String member(@Nullable Root root, RelPath path, RelPath index) {
    Generation current = root == null ? null : root.current();
    Member member = current == null ? null : current.member(path);
    if (current == null || member == null) {
      return root != null && (root.isAbsent(path) || root.isAbsent(index))
          ? "404: upstream said a moment ago that it has no such file"
          : "fetched from upstream on request";
    }
    step(
        "held",
        "%d bytes, %s, served as of %s"
            .formatted(member.size(), member.sha256(), member.lastModified()));
    RelPath signature = workings.format().signatureOf(index);
    boolean redirected =
        path.equals(index) && signature != null && current.member(signature) != null;
    return redirected
        ? "302 into generation %d, so that index and signature are a pair"
            .formatted(current.number())
        : "200 from generation %d".formatted(current.number());
  }

  private String named(RelPath path) throws IOException {
    Naming naming =
        Naming.of(
            path,
            InetAddress.getLoopbackAddress(),
            workings.format(),
            roots.known(path),
            new ClientGenerations(Duration.ofSeconds(1)));
    return switch (naming) {
      case Naming.Named named -> {
        Promise promise = named.promise();
        step(
            "expected",
            promise.provable()
                ? "%s, %s, by generation %d"
                    .formatted(
                        promise.expected().hasSize()
                            ? promise.expected().size() + " bytes"
                            : "any size",
                        promise.key(),
                        named.generation().number())
                : "nothing is promised of its bytes; it is kept as long as its package's are");
        if (!named.forAll()) {
          step("name", "means other bytes in an older generation: it matters who asks");
        }
        yield held(path, promise);
      }
      case Naming.Unnamed unnamed -> {
        step(
            "expected",
            unnamed.covered()
                ? "no held generation names it"
                : "no index of its directory is known yet; it is fetched first");
        yield held(path, Promise.unverified());
      }
    };
  }

  private String held(RelPath path, Promise promise) throws IOException {
    HeldFiles.Held held = workings.held().find(path, promise);
    if (held != null) {
      held.file().close();
      step(
          "held",
          "%d bytes, sha256:%s, last modified %s"
              .formatted(held.row().size(), held.row().sha256().hex(), held.lastModified()));
      return promise.isUnverified()
          ? "200 from what we hold, confirmed by upstream if need be"
          : "200 from what we hold";
    }
    FillOrder order = FillOrder.of(path, promise, false, Map.of(), workings.format());
    if (fills.isRunning(order)) {
      step("held", "being fetched now");
      return "200 from the fill under way";
    }
    step("held", "no");
    return "fetched from upstream on request";
  }
}
