package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/repositories/{name}/lint`: what will hurt users.
///
/// @param repository the repository's name
/// @param findings the worst first
public record LintReport(String repository, List<Finding> findings) {
  /// Takes a defensive copy.
  public LintReport {
    findings = List.copyOf(findings);
  }

  /// How bad a finding is.
  public enum Severity {
    /// Will break somebody's machine, or cannot be installed.
    ERROR,
    /// Will surprise somebody.
    WARNING,
    /// Worth knowing.
    NOTE
  }

  /// Something that will hurt.
  ///
  /// @param severity how bad it is
  /// @param directory where: `x86_64`
  /// @param name of the package
  /// @param rule short and stable: `missing-dependency`
  /// @param message what is wrong and what to do
  public record Finding(
      Severity severity, String directory, String name, String rule, String message) {}
}
