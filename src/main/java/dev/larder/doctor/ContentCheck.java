package dev.larder.doctor;

import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.GenerationFaults;
import dev.larder.repo.HostedFiles;
import dev.larder.repo.Repositories;
import dev.larder.repo.RepositorySettings;
import dev.larder.serve.PackagesSettings;
import dev.larder.serve.TlsState;
import dev.larder.settings.Config;
import dev.larder.settings.HostedFormats;
import dev.larder.settings.Shadow;
import dev.larder.sign.KeyHealth;
import dev.larder.store.Hold;
import dev.larder.store.Layout;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Looks at what is kept: that indexes can be read, that repositories have what their indexes name,
/// that keys sign and certificates are valid. Reads only, beside a server that may be running.
final class ContentCheck {
  private static final Duration SOON = Duration.ofDays(21);
  private static final int MOST_TOLD = 20;

  private final Config config;
  private final Layout layout;
  private final boolean deep;
  private final Consumer<Finding> findings;
  private final InstantSource clock;

  /// @param deep whether to read every byte and compare checksums
  ContentCheck(Config config, boolean deep, Consumer<Finding> findings, InstantSource clock) {
    this.config = config;
    this.layout = new Layout(config.data());
    this.deep = deep;
    this.findings = findings;
    this.clock = clock;
  }

  void look() {
    PackagesSettings.Tls tls = config.packages().tls();
    if (tls != null) {
      certificate(tls);
    }
    try {
      keys();
      mirrors();
      repositories();
      shadows();
    } catch (IOException | UncheckedIOException e) {
      findings.accept(
          Finding.problem("data", layout.data().toString(), "cannot be read: " + e)
              .remedy("run the doctor as the user that runs larder serve, or as root"));
    }
  }

  private void certificate(PackagesSettings.Tls files) {
    String about = "certificate";
    String what = files.certificate().toString();
    try {
      TlsState state = TlsState.of(files);
      Instant now = clock.instant();
      String chain = state.chainFault();
      String until = "%s, valid until %s".formatted(state.subject(), state.until());
      if (!now.isBefore(state.until())) {
        findings.accept(
            Finding.problem(
                    about, what, "%s has expired at %s".formatted(state.subject(), state.until()))
                .because("clients refuse the connection")
                .remedy("renew it; larder serve reads the new file by itself"));
      } else if (now.isBefore(state.from())) {
        findings.accept(
            Finding.problem(
                    about,
                    what,
                    "%s is valid from %s only".formatted(state.subject(), state.from()))
                .because("clients refuse the connection")
                .remedy("look at the clock of this machine"));
      } else if (chain != null) {
        findings.accept(
            Finding.problem(about, what, chain)
                .because("clients cannot follow it to an authority they know")
                .remedy("put the certificates in order, that of this server first"));
      } else if (now.isAfter(state.until().minus(SOON))) {
        findings.accept(
            Finding.note(
                    about,
                    what,
                    "%s: that is in %d days"
                        .formatted(until, Duration.between(now, state.until()).toDays()))
                .because("clients refuse the connection from then on")
                .remedy("renew it; larder serve reads the new file by itself"));
      } else {
        findings.accept(Finding.ok(about, what, until));
      }
      readers(files.key());
    } catch (IOException e) {
      findings.accept(
          Finding.problem(about, what, String.valueOf(e.getMessage()))
              .because("larder serve does not start with it")
              .remedy("name a certificate and its own key in [packages] tls"));
    }
  }

  private void readers(Path key) throws IOException {
    Set<PosixFilePermission> modes =
        key.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? Files.getPosixFilePermissions(key)
            : Set.of();
    if (modes.contains(PosixFilePermission.OTHERS_READ)) {
      findings.accept(
          Finding.problem("certificate", key.toString(), "every user of this machine can read it")
              .because("who has the key can pretend to be this server")
              .remedy("chmod o-r " + key));
    }
  }

  private void keys() throws IOException {
    KeyHealth health = KeyHealth.of(layout.keys(), clock);
    for (String name : health.sound()) {
      findings.accept(Finding.ok("keys", name, "can be used"));
    }
    health
        .expiring()
        .forEach((name, warning) ->
            findings.accept(
                Finding.note("keys", name, warning)
                    .because("clients refuse what an expired key signed")));
    health
        .broken()
        .forEach((name, trouble) ->
            findings.accept(
                Finding.problem("keys", name, trouble)
                    .because("repositories that use it cannot be written")));
  }

  private void mirrors() throws IOException {
    if (!Files.isDirectory(layout.state())) {
      return;
    }
    List<String> names = new ArrayList<>();
    try (Stream<Path> directories = Files.list(layout.state())) {
      directories.map(each -> each.getFileName().toString()).sorted().forEach(names::add);
    }
    names.removeIf(name -> layout.state(name).equals(layout.repositories()));
    for (String name : names) {
      int sound = 0;
      try (Stream<Path> directories = Files.list(layout.state(name))) {
        for (Path directory : (Iterable<Path>) directories.sorted()::iterator) {
          RelPath root = Layout.rootNamed(directory.getFileName().toString());
          if (root != null && Files.isDirectory(directory)) {
            List<String> faults = GenerationFaults.of(layout.root(name, root), deep);
            for (String fault : faults) {
              findings.accept(
                  Finding.note("mirror " + name, "indexes", fault)
                      .because("larder serve puts such a generation away when it starts")
                      .remedy("restart larder serve; it fetches the indexes again"));
            }
            sound += faults.isEmpty() ? 1 : 0;
          }
        }
      }
      if (sound > 0) {
        findings.accept(Finding.ok("mirror " + name, "indexes", checked(sound, "root")));
      }
    }
  }

  private String checked(int count, String what) {
    return "%d %s%s %s"
        .formatted(
            count, what, count == 1 ? "" : "s", deep ? "read, checksums are right" : "can be read");
  }

  private void repositories() throws IOException {
    for (String name : HostedFiles.names(layout)) {
      String about = "repository " + name;
      List<String> damages;
      int packages;
      try (Hold hold = Files.exists(layout.hold()) ? Hold.take(layout) : null;
          HostedFiles files = HostedFiles.of(layout, name, deep, hold)) {
        damages = files.damages();
        packages = files.packages();
      }
      for (String damage : damages.subList(0, Math.min(MOST_TOLD, damages.size()))) {
        findings.accept(
            Finding.problem(about, "files", damage)
                .because("clients that ask for it get an error")
                .remedy(
                    "larder repo verify %s restores what can be; add the package again or restore"
                            .formatted(name)
                        + " the data from a backup for the rest"));
      }
      if (damages.size() > MOST_TOLD) {
        findings.accept(
            Finding.problem(about, "files", "and %d more".formatted(damages.size() - MOST_TOLD)));
      }
      if (damages.isEmpty()) {
        findings.accept(Finding.ok(about, "files", checked(packages, "package")));
      }
    }
  }

  /// Paths that a mirror takes from repositories that do not stand in the configuration: of others,
  /// the configuration is refused.
  private void shadows() throws IOException {
    List<String> mirrors = config.mirrors().stream().map(MirrorSettings::name).toList();
    for (String name : Repositories.made(layout)) {
      if (config.repositories().stream().noneMatch(each -> each.name().equals(name))) {
        RepositorySettings settings = Repositories.settings(layout, name, HostedFormats.NAMES);
        for (Shadow shadow : Shadow.of(mirrors, List.of(settings))) {
          findings.accept(
              Finding.problem("repository " + name, "path " + shadow.path(), shadow.problem())
                  .because("clients that ask for it get what the mirror has, or nothing")
                  .remedy(shadow.remedy()));
        }
      }
    }
  }
}
