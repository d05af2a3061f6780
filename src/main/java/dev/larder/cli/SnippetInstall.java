package dev.larder.cli;

import dev.larder.cli.SnippetText.Besides;
import dev.larder.snippet.Edit;
import dev.larder.snippet.Snippet;
import dev.larder.wire.KeyInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Does on this machine what a snippet says, and takes it back. Keys come before what needs them
/// and go after it. Taking back needs no server: what there is to take back stands in the file.
final class SnippetInstall {
  /// Files snippets are written into, and directories they are written in.
  private static final List<String> FILES =
      List.of(
          "/etc/pacman.conf",
          "/etc/pacman.d/mirrorlist",
          "/etc/freebsd-update.conf",
          "/usr/local/etc/bastille/bastille.conf");

  private static final String REPOS = "/usr/local/etc/pkg/repos";

  /// What pkg is given lies below; nothing else is ever removed.
  private static final String PKG = "/usr/local/etc/pkg/";

  private final ClientFiles files;
  private final SnippetText text;

  SnippetInstall(Path root, String name) {
    this.files = new ClientFiles(root);
    this.text = new SnippetText(name);
  }

  /// What clients of pacman or pkg must have to check signatures.
  ///
  /// @param pacman public keys for pacman-key; empty for others
  /// @param files for pkg: contents by path
  record Trust(List<KeyInfo.Version> pacman, List<Content> files) {
    static final Trust NOTHING = new Trust(List.of(), List.of());

    Trust {
      pacman = List.copyOf(pacman);
      files = List.copyOf(files);
    }

    /// What a repository's clients need.
    ///
    /// @param signature `openpgp`, `fingerprints`, `pubkey` or `none`
    static Trust of(String repository, String signature, List<KeyInfo.Version> keys) {
      List<Content> files = new ArrayList<>();
      for (KeyInfo.Version key : keys) {
        if (signature.equals("fingerprints") && key.fingerprintFile() != null) {
          String trusted = PKG + "fingerprints/%s/trusted/%s".formatted(repository, repository);
          files.add(
              new Content(
                  files.isEmpty() ? trusted : trusted + "-" + key.number(), key.fingerprintFile()));
        } else if (signature.equals("pubkey") && files.isEmpty()) {
          files.add(new Content(PKG + repository + ".pub", key.publicKey()));
        }
      }
      return new Trust(signature.equals("openpgp") ? keys : List.of(), files);
    }

    /// @param file as it is called on that machine
    record Content(String file, String text) {}
  }

  /// Writes it.
  ///
  /// @return the files that were written
  List<String> write(Snippet snippet, Trust trust) {
    String before = files.read(snippet.file());
    if (snippet.edit() == Edit.FILE && !before.isBlank() && !text.isIn(before)) {
      throw new CommandFailed(
          ExitCode.CONFLICT,
          "there is a %s already, and larder did not write it".formatted(snippet.file()),
          "move it away, or change it by hand: larder snippet " + text.name());
    }
    List<String> written = new ArrayList<>();
    for (Trust.Content each : trust.files()) {
      files.write(each.file(), each.text());
      written.add(each.file());
    }
    trust.pacman().forEach(this::believe);
    Besides besides =
        new Besides(
            trust.pacman().stream().map(KeyInfo.Version::fingerprint).toList(),
            trust.files().stream().map(Trust.Content::file).toList());
    String lines =
        new String(snippet.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    files.write(snippet.file(), text.into(before, snippet.edit(), lines, besides));
    written.add(snippet.file());
    return written;
  }

  /// Takes it back.
  ///
  /// @return the files that were changed or removed; empty if there was nothing to take back
  List<String> undo() {
    List<String> changed = new ArrayList<>();
    for (String file : candidates()) {
      String before = files.read(file);
      Besides besides = text.besides(before);
      if (besides == null) {
        continue;
      }
      String after = text.outOf(before);
      if (after.isBlank() && file.startsWith(REPOS)) {
        files.delete(file);
      } else {
        files.write(file, after);
      }
      changed.add(file);
      for (String other : besides.files()) {
        if (other.startsWith(PKG) && !other.contains("..")) {
          files.delete(other);
          changed.add(other);
        }
      }
      besides.keys().stream().filter(key -> key.matches("[0-9A-F]{40,64}")).forEach(this::doubt);
    }
    return changed;
  }

  private List<String> candidates() {
    List<String> all = new ArrayList<>(FILES);
    Path repos = files.at(REPOS);
    if (Files.isDirectory(repos)) {
      try (Stream<Path> entries = Files.list(repos)) {
        entries
            .map(entry -> REPOS + "/" + entry.getFileName())
            .filter(file -> file.endsWith(".conf"))
            .sorted()
            .forEach(all::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all;
  }

  /// pacman believes a key that its own key has signed (pacman-key(8), --lsign-key).
  private void believe(KeyInfo.Version key) {
    try {
      Path file = Files.createTempFile("larder", ".asc");
      try {
        Files.writeString(file, key.publicKey());
        pacmanKey("--add", file.toString());
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pacmanKey("--lsign-key", key.fingerprint());
  }

  private void doubt(String fingerprint) {
    pacmanKey("--delete", fingerprint);
  }

  private void pacmanKey(String... arguments) {
    List<String> command = new ArrayList<>(List.of("pacman-key"));
    if (files.root().getNameCount() > 0) {
      command.addAll(List.of("--config", files.at("/etc/pacman.conf").toString()));
      command.addAll(List.of("--gpgdir", files.at("/etc/pacman.d/gnupg").toString()));
    }
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new CommandFailed(
            ExitCode.FAILED,
            "%s failed: %s"
                .formatted(
                    String.join(" ", command), Wording.plain(said.strip().replace('\n', ' '))),
            "run it as root; where pacman-key was never used, first: pacman-key --init");
      }
    } catch (IOException e) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "pacman-key cannot be run: " + e.getMessage(),
          "run this on the machine with pacman",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed(ExitCode.FAILED, "interrupted", null, e);
    }
  }
}
