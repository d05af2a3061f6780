package dev.larder.api;

import dev.larder.format.PackageInfo;
import dev.larder.format.RepositoryFormat;
import dev.larder.repo.Difference;
import dev.larder.repo.HostedPackage;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositoryReport;
import dev.larder.wire.GenerationList;
import dev.larder.wire.LintReport;
import dev.larder.wire.PackageSummary;
import dev.larder.wire.RepositoryChange;
import dev.larder.wire.RepositoryInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Repositories in the shapes of the contract.
final class WiredRepository {
  private WiredRepository() {}

  static RepositoryInfo of(RepositoryReport report, boolean configured) {
    List<String> paths = new ArrayList<>();
    paths.add("/repo/" + report.settings().name() + "/");
    paths.addAll(report.settings().paths());
    return new RepositoryInfo(
        report.settings().name(),
        report.settings().format(),
        report.settings().directories(),
        paths,
        report.settings().keyNames(),
        report.signedBy(),
        signature(report),
        report.trouble(),
        configured,
        report.generation(),
        report.changedAt(),
        report.packages(),
        report.bytes(),
        report.requests(),
        report.bytesSent());
  }

  private static String signature(RepositoryReport report) {
    if (report.settings().keyNames().isEmpty()) {
      return "none";
    }
    return report.settings().isPacman()
        ? "openpgp"
        : report.settings().signature().name().toLowerCase(Locale.ROOT);
  }

  static PackageSummary of(String repository, HostedPackage hosted) {
    PackageInfo info = hosted.info();
    Map<String, List<String>> relations = new TreeMap<>();
    info.relations()
        .forEach(
            (relation, values) -> relations.put(relation.name().toLowerCase(Locale.ROOT), values));
    return new PackageSummary(
        repository,
        hosted.directory(),
        info.name(),
        info.version(),
        info.base(),
        info.architecture(),
        info.description(),
        info.url(),
        info.licenses(),
        info.packager(),
        hosted.path(),
        hosted.size(),
        info.installedSize(),
        hosted.sha256().hex(),
        hosted.signed(),
        info.builtAt(),
        relations,
        info.hasScripts());
  }

  static RepositoryChange of(String repository, Repository.Done done) {
    return new RepositoryChange(
        repository,
        done.generation(),
        done.differences().stream().map(WiredRepository::of).toList());
  }

  static RepositoryChange.Difference of(Difference difference) {
    return new RepositoryChange.Difference(
        difference.directory(), difference.packageName(), difference.before(), difference.after());
  }

  static GenerationList.Entry of(Repository.GenerationReport report) {
    return new GenerationList.Entry(
        report.number(),
        report.at(),
        report.current(),
        report.packages(),
        report.differences().stream().map(WiredRepository::of).toList());
  }

  static LintReport.Finding of(String directory, RepositoryFormat.Lint lint) {
    LintReport.Severity severity =
        switch (lint.severity()) {
          case ERROR -> LintReport.Severity.ERROR;
          case WARNING -> LintReport.Severity.WARNING;
          case NOTE -> LintReport.Severity.NOTE;
        };
    return new LintReport.Finding(
        severity, directory, lint.packageName(), lint.rule(), lint.message());
  }
}
