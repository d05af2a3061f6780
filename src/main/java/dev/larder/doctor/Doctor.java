package dev.larder.doctor;

import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorSettings;
import dev.larder.settings.Config;
import dev.larder.settings.Formats;
import dev.larder.settings.LoadedConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Looks at what a configuration needs of this machine and at what is kept here, beside a server
/// that may be running. Changes nothing unless it is asked to.
final class Doctor {
  private final LoadedConfig loaded;
  private final Config config;
  private final Depth depth;
  private final Consumer<Finding> findings;

  /// How it looks.
  ///
  /// @param deep whether to read every byte that is kept and compare checksums
  /// @param fix whether to mend what can be mended safely
  record Depth(boolean deep, boolean fix) {}

  Doctor(LoadedConfig loaded, Depth depth, Consumer<Finding> findings) {
    this.loaded = loaded;
    this.config = loaded.config();
    this.depth = depth;
    this.findings = findings;
  }

  /// Looks at everything.
  void look() {
    InstantSource clock = InstantSource.system();
    int mirrors = config.mirrors().size();
    Path file = loaded.file();
    findings.accept(
        Finding.ok(
            "configuration",
            file == null ? "defaults" : file.toString(),
            mirrors == 1 ? "1 mirror" : mirrors + " mirrors"));
    new MachineCheck(findings, clock).look(config.limits().connections());
    boolean runs = new ListenerCheck(loaded, findings).look();
    new DataCheck(config.data(), config.cache().minFree(), depth.fix(), findings).look(runs);
    new ContentCheck(config, depth.deep(), findings, clock).look();
    config.mirrors().forEach(this::mirror);
  }

  private void mirror(MirrorSettings mirror) {
    String about = "mirror " + mirror.name();
    try {
      Formats.of(mirror);
      findings.accept(Finding.ok(about, "format", mirror.format()));
    } catch (IOException e) {
      findings.accept(Finding.problem(about, "format", String.valueOf(e.getMessage())));
    }
    List<String> follows = new ArrayList<>(mirror.upstream());
    findings.accept(Finding.ok(about, "follows", String.join(", ", follows)));
    try {
      if (Formats.lacksKeys(mirror)) {
        findings.accept(
            Finding.note(about, "keys", "none, signatures are left for clients to check"));
      } else if (!Formats.trust(mirror).equals(Mirror.Trust.NONE)) {
        findings.accept(Finding.ok(about, "keys", "can be read"));
      }
    } catch (IOException e) {
      findings.accept(Finding.problem(about, "keys", String.valueOf(e.getMessage())));
    }
  }
}
