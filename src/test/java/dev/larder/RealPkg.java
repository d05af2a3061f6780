package dev.larder;

import dev.larder.testing.Command;
import dev.larder.testing.FreeBsdKey;
import dev.larder.testing.PkgTrust;
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
    repository(url, PkgTrust.of(key), key);
  }

  /// Points it at a repository.
  ///
  /// @param key whose fingerprint is trusted, where fingerprints are
  void repository(String url, PkgTrust trust, FreeBsdKey key) throws IOException {
    Files.createDirectories(work.resolve("repos"));
    String signatures =
        switch (trust) {
          case PkgTrust.None _ -> "signature_type: \"none\"";
          case PkgTrust.Fingerprints _ -> {
            FreeBsdKey.fingerprints(work.resolve("root/fingerprints"), key);
            yield "signature_type: \"fingerprints\", fingerprints: \"/fingerprints\"";
          }
          case PkgTrust.PubKey(FreeBsdKey one) -> {
            Path pem = Files.write(work.resolve("repository.pub"), one.publicPem());
            yield "signature_type: \"pubkey\", pubkey: \"" + pem + "\"";
          }
          case PkgTrust.PublicPem(byte[] bytes) -> {
            Path pem = Files.write(work.resolve("repository.pub"), bytes);
            yield "signature_type: \"pubkey\", pubkey: \"" + pem + "\"";
          }
        };
    Files.writeString(
        work.resolve("repos/larder.conf"),
        """
        larder: {
          url: "%s", mirror_type: "none", enabled: yes,
          %s
        }
        """
            .formatted(url, signatures));
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
