package dev.larder.api;

import dev.larder.mirror.HeldFile;
import dev.larder.mirror.KeptDirectory;
import dev.larder.mirror.MirrorReport;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.repo.Explanation;
import dev.larder.wire.ExplainResult;
import dev.larder.wire.FilePage;
import dev.larder.wire.KeptInfo;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.RefreshResult;
import dev.larder.wire.RefreshResult.Outcome;
import dev.larder.wire.ServerInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The server's values in the shapes of the contract. They look alike today; the contract changes
/// more slowly.
final class Wired {
  private Wired() {}

  /// @param readable of which mirrors and repositories, by their names on the package listener,
  ///   whoever asks may know
  static ServerInfo of(ServerReport report, Predicate<String> readable) {
    Map<String, List<String>> own = new HashMap<>(report.own());
    own.keySet().removeIf(readable.negate());
    return new ServerInfo(
        report.version(),
        report.java(),
        report.startedAt(),
        report.data().toString(),
        report.packages(),
        own,
        report.publicUrl(),
        report.waiting(),
        report.freeBytes());
  }

  static MirrorInfo of(MirrorReport report) {
    return new MirrorInfo(
        report.name(),
        report.format(),
        "/" + report.name() + "/",
        report.upstreams().stream().map(Wired::of).toList(),
        report.roots().stream().map(Wired::of).toList(),
        report.fills().stream().map(Wired::of).toList(),
        report.kept(),
        report.requests(),
        report.hits(),
        report.bytesFromCache(),
        report.bytesFromUpstream());
  }

  static RefreshResult of(String mirror, RefreshOutcome outcome) {
    return switch (outcome) {
      case RefreshOutcome.Unchanged o ->
          new RefreshResult(mirror, Outcome.UNCHANGED, o.generation(), null);
      case RefreshOutcome.Switched o ->
          new RefreshResult(mirror, Outcome.SWITCHED, o.generation(), null);
      case RefreshOutcome.Refused o -> new RefreshResult(mirror, Outcome.REFUSED, null, o.why());
      case RefreshOutcome.Unreachable o ->
          new RefreshResult(mirror, Outcome.UNREACHABLE, null, o.why());
      case RefreshOutcome.Nothing _ -> new RefreshResult(mirror, Outcome.NOTHING, null, null);
    };
  }

  /// @param mirror that answers; null if `repository` does
  static ExplainResult of(
      @Nullable String mirror, @Nullable String repository, Explanation explanation) {
    return new ExplainResult(
        mirror,
        repository,
        explanation.path(),
        explanation.answer(),
        explanation.steps().stream()
            .map(step -> new ExplainResult.Step(step.fact(), step.value()))
            .toList());
  }

  static FilePage.File of(String mirror, HeldFile file) {
    return new FilePage.File(mirror, file.path(), file.size(), file.lastModified(), file.checked());
  }

  static KeptInfo of(String mirror, KeptDirectory kept) {
    return new KeptInfo(mirror, kept.directory().value(), kept.files(), kept.bytes());
  }

  private static MirrorInfo.Upstream of(MirrorReport.UpstreamReport report) {
    return new MirrorInfo.Upstream(
        report.url(), report.state(), report.lastError(), report.retryAt());
  }

  private static MirrorInfo.Root of(MirrorReport.RootReport report) {
    return new MirrorInfo.Root(
        report.id(),
        report.generation(),
        report.fetchedAt(),
        report.checkedAt(),
        report.upstream(),
        report.indexes(),
        report.packages(),
        report.held(),
        report.refusal(),
        report.refusedSince(),
        report.lastError());
  }

  private static MirrorInfo.Fill of(MirrorReport.FillReport report) {
    return new MirrorInfo.Fill(
        report.path(),
        report.size() < 0 ? null : report.size(),
        report.received(),
        report.readers(),
        report.upstream(),
        report.startedAt());
  }
}
