package dev.larder;

import dev.larder.testing.Command;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// FreeBSD's own pkg, if it is on this machine, working in a root of its own.
final class RealPkg {
  private final Path program;
  private final Path work;

  private RealPkg(Path program, Path work) {
    this.program = program;
    this.work = work;
  }

  /// The one on the PATH, or null.
  static @Nullable RealPkg find(Path work) {
    Path program = Tools.find("pkg");
    return program == null ? null : new RealPkg(program, work);
  }

  /// Points it at a repository that `key` signs.
  void repository(String url, FreeBsdKey key) throws IOException {
    Files.createDirectories(work.resolve("repos"));
    FreeBsdKey.fingerprints(work.resolve("root/fingerprints"), key);
    Files.writeString(
        work.resolve("repos/larder.conf"),
        """
        larder: {
          url: "%s", mirror_type: "none", enabled: yes,
          signature_type: "fingerprints", fingerprints: "/fingerprints"
        }
        """
            .formatted(url));
  }

  /// A command of it.
  Command run(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    for (String option :
        List.of(
            "ABI=FreeBSD:14:amd64",
            "OSVERSION=1400097",
            "ASSUME_ALWAYS_YES=yes",
            "RUN_SCRIPTS=no",
            "IGNORE_OSVERSION=yes",
            "PKG_TRIGGERS_ENABLE=no",
            "SYSLOG=no")) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of("-R", work.resolve("repos").toString()));
    command.addAll(List.of("-r", work.resolve("root").toString()));
    command.addAll(List.of(arguments));
    return Command.of(command).timeout(Duration.ofSeconds(60));
  }
}
