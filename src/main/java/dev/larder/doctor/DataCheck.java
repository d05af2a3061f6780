package dev.larder.doctor;

import dev.larder.config.Amount;
import dev.larder.store.DataDirectory;
import dev.larder.store.Durable;
import dev.larder.store.Layout;
import dev.larder.store.Owner;
import dev.larder.store.Restored;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks at the data directory: that it can be written to, has room, belongs to one user, keeps
/// secrets to itself, and has nothing left of a crash. What it mends when it is asked to: modes,
/// owners, directories that are missing, leftovers. It never removes what cannot be fetched again.
final class DataCheck {
  private static final long LITTLE = 2L << 30;
  private static final long TOO_LITTLE = 64L << 20;
  private static final long FEW_INODES = 10_000;
  private static final int DEPTH = 5;
  private static final String ABOUT = "data";
  private static final Set<PosixFilePermission> OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private final Layout layout;
  private final Amount minFree;
  private final boolean fix;
  private final Consumer<Finding> findings;

  /// @param data may be a symbolic link to the directory
  /// @param minFree what mirrors leave free of its disk
  /// @param fix whether to mend what can be mended safely
  DataCheck(Path data, Amount minFree, boolean fix, Consumer<Finding> findings) {
    this.layout = new Layout(real(data));
    this.minFree = minFree;
    this.fix = fix;
    this.findings = findings;
  }

  private static Path real(Path data) {
    try {
      return data.toRealPath();
    } catch (IOException e) {
      return data; // it is not there yet
    }
  }

  /// Looks at everything.
  ///
  /// @param runs whether a server uses the directory
  void look(boolean runs) {
    Path data = layout.data();
    if (!Files.exists(data)) {
      absent();
      return;
    }
    try {
      if (writable()) {
        room(data, " free");
        version();
        directories();
        fileSystems();
        owners();
        secrets();
        leftovers(runs);
      }
    } catch (IOException | UncheckedIOException e) {
      findings.accept(
          Finding.problem(ABOUT, data.toString(), "cannot be looked at: " + e)
              .remedy("run the doctor as the user that runs larder serve, or as root"));
    }
  }

  private void absent() {
    Path there = layout.data();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      unwritable(there);
      return;
    }
    try {
      room(there, " free; it will be made");
    } catch (IOException e) {
      findings.accept(Finding.problem(ABOUT, there.toString(), "cannot be looked at: " + e));
    }
  }

  private void unwritable(Path there) {
    findings.accept(
        Finding.problem(
                ABOUT,
                layout.data().toString(),
                "%s is not a directory this user can write to".formatted(there))
            .because("nothing can be kept there")
            .remedy("give it to this user, or name another directory with data = \"...\""));
  }

  /// Writes a file and removes it: a full or read-only disk says so only then.
  private boolean writable() throws IOException {
    Path data = layout.data();
    if (!Files.isDirectory(data)) {
      unwritable(data);
      return false;
    }
    Path probe =
        data.resolve(".new-doctor-" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
    try {
      Durable.createPrivate(probe);
      Durable.write(probe, new byte[4096]);
      findings.accept(Finding.ok(ABOUT, data.toString(), "writable, of " + Owner.of(data).name()));
      return true;
    } catch (IOException e) {
      findings.accept(
          Finding.problem(ABOUT, data.toString(), "cannot be written to: " + reason(e))
              .because("nothing new can be kept there")
              .remedy(
                  "look at the disk (df, mount), and run the doctor as the user that runs larder"
                      + " serve: "
                      + Owner.of(data).name()));
      return Files.isReadable(data);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName().replace("Exception", "") + ": " + e.getMessage();
  }

  private void room(Path there, String state) throws IOException {
    long free = Files.getFileStore(there).getUsableSpace();
    String detail = String.format(Locale.ROOT, "%.1f GiB%s", free / (double) (1L << 30), state);
    if (free < TOO_LITTLE) {
      findings.accept(
          Finding.problem(ABOUT, "space", detail)
              .because("packages pass through unstored, and indexes cannot be switched")
              .remedy("make room: larder cache gc --free 10GiB, or a larger disk"));
    } else if (free < minFree.of(Files.getFileStore(there).getTotalSpace())) {
      findings.accept(
          Finding.note(ABOUT, "space", detail + ", less than [cache] min-free keeps free")
              .because("mirrors remove packages then, and keep no new ones when none may go")
              .remedy("see what takes it: larder cache usage; or lower min-free"));
    } else if (free < LITTLE) {
      findings.accept(
          Finding.note(ABOUT, "space", detail + ": that is little for packages")
              .remedy("a mirror in use takes tens of GiB"));
    } else {
      findings.accept(Finding.ok(ABOUT, "space", detail));
    }
    Inodes inodes = Inodes.of(there);
    if (inodes == null) {
      return; // unknown, or a file system that has as many as it needs
    }
    String many = "%d of %d inodes free".formatted(inodes.free(), inodes.total());
    findings.accept(
        inodes.free() < FEW_INODES
            ? Finding.problem(ABOUT, "inodes", many)
                .because(
                    "each package is a file, and the disk takes no more files then, however"
                        + " much space there is")
                .remedy("make the file system with more inodes (mkfs -i), or remove files")
            : Finding.ok(ABOUT, "inodes", many));
  }

  private void version() throws IOException {
    if (!Files.exists(layout.version())) {
      findings.accept(
          Finding.note(ABOUT, "layout", "no version yet: nothing was kept here so far"));
      return;
    }
    String version = Files.readString(layout.version(), StandardCharsets.UTF_8).strip();
    if (version.equals(Integer.toString(Layout.VERSION))) {
      findings.accept(Finding.ok(ABOUT, "layout", "version " + version));
    } else if (DataDirectory.isOlder(layout)) {
      findings.accept(
          Finding.note(
              ABOUT,
              "layout",
              "version %s; the next start of this larder makes it version %d"
                  .formatted(version, Layout.VERSION)));
    } else {
      findings.accept(
          Finding.problem(
                  ABOUT,
                  "layout",
                  "version %s, this larder knows %d".formatted(version, Layout.VERSION))
              .because("larder serve refuses it")
              .remedy("run the version of Larder that made it"));
    }
  }

  private void directories() throws IOException {
    if (!Files.exists(layout.version())) {
      return;
    }
    for (Path directory : List.of(layout.tree(), layout.state(), layout.keys())) {
      if (!Files.exists(directory)) {
        if (fix) {
          Files.createDirectory(directory);
          Owner.of(layout.data()).give(directory);
          mode(directory, directory.equals(layout.tree()) ? "rwxr-xr-x" : "rwx------");
          findings.accept(Finding.fixed(ABOUT, directory.toString(), "was missing; made, empty"));
        } else {
          findings.accept(
              Finding.problem(ABOUT, directory.toString(), "is missing")
                  .because("what was in it is gone, whatever it was")
                  .remedy("restore it from a backup, or let --fix make an empty one"));
        }
      }
    }
  }

  private void fileSystems() throws IOException {
    if (Files.exists(layout.tree())
        && Files.exists(layout.state())
        && !Files.getFileStore(layout.tree()).equals(Files.getFileStore(layout.state()))) {
      findings.accept(
          Finding.problem(ABOUT, "file systems", "tree/ and state/ lie on different ones")
              .because(
                  "finished downloads are renamed from one to the other; larder serve refuses it")
              .remedy("mount one file system at " + layout.data()));
    }
  }

  /// Of the packages only those at the top are looked at: there may be millions.
  private void owners() throws IOException {
    Owner owner = Owner.of(layout.data());
    List<Path> foreign = new ArrayList<>();
    DataFiles.below(
        layout.data(),
        DEPTH,
        (file, _) -> {
          if (!owner.name().equals(Owner.of(file).name())) {
            foreign.add(file);
          }
        });
    if (foreign.isEmpty()) {
      return;
    }
    String detail =
        "%d files and directories are of another user than %s, such as %s"
            .formatted(foreign.size(), owner.name(), foreign.getFirst());
    try {
      if (fix) {
        for (Path file : foreign) {
          owner.give(file);
        }
        findings.accept(Finding.fixed(ABOUT, "owners", detail + "; they are its now"));
        return;
      }
    } catch (IOException e) {
      detail += "; only root can change that";
    }
    findings.accept(
        Finding.problem(ABOUT, "owners", detail)
            .because("the server cannot write what is not its own")
            .remedy("chown -R %s %s".formatted(owner.name(), layout.data())));
  }

  private void secrets() throws IOException {
    mode(
        layout.data(), "rwxr-xr-x", "the server's user cannot enter it, or others can write to it");
    mode(
        layout.tree(), "rwxr-xr-x", "other web servers cannot serve it, or others can write to it");
    mode(layout.state(), "rwx------", "other users of this machine can look into it");
    List<Path> secret = new ArrayList<>(List.of(layout.tokens(), layout.cliToken()));
    DataFiles.below(
        layout.keys(),
        Integer.MAX_VALUE,
        (file, is) -> {
          if (!is.isSymbolicLink()) {
            secret.add(file); // what a link leads to is somebody else's
          }
        });
    try (Stream<Path> audit = Files.list(layout.data())) {
      audit
          .filter(file -> file.getFileName().toString().startsWith("audit.ndjson"))
          .forEach(secret::add);
    }
    for (Path file : secret) {
      if (isOpen(file)) {
        mode(
            file,
            Files.isDirectory(file) ? "rwx------" : "rw-------",
            "other users of this machine can read it; if there are any, take what is in it for known"
                + " to them");
      }
    }
  }

  private static boolean isOpen(Path file) throws IOException {
    return modes(file).stream().anyMatch(OTHERS::contains);
  }

  private static Set<PosixFilePermission> modes(Path file) throws IOException {
    try {
      return !Files.isSymbolicLink(file)
              && file.getFileSystem().supportedFileAttributeViews().contains("posix")
          ? Files.getPosixFilePermissions(file)
          : Set.of();
    } catch (NoSuchFileException e) {
      return Set.of(); // gone since it was listed
    }
  }

  private static void mode(Path file, String mode) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
  }

  private void mode(Path file, String wanted, String why) throws IOException {
    if (!Files.exists(file) || modes(file).isEmpty()) {
      return;
    }
    String is = PosixFilePermissions.toString(modes(file));
    if (is.equals(wanted)) {
      return;
    }
    if (fix) {
      mode(file, wanted);
      findings.accept(
          Finding.fixed(ABOUT, file.toString(), "had mode %s, has %s now".formatted(is, wanted)));
    } else {
      findings.accept(
          Finding.problem(ABOUT, file.toString(), "has mode %s and not %s".formatted(is, wanted))
              .because(why)
              .remedy("larder doctor --fix sets it right"));
    }
  }

  private void leftovers(boolean runs) throws IOException {
    List<Path> left = new ArrayList<>();
    try (Stream<Path> files = Files.list(layout.data())) {
      for (Path file : (Iterable<Path>) files.sorted()::iterator) {
        String name = file.getFileName().toString();
        boolean ofACrash = name.startsWith(".restoring-") || name.startsWith(".new-");
        if (name.contains(".broken-") || (ofACrash && !runs)) {
          left.add(file);
        }
      }
    }
    if (left.isEmpty()) {
      return;
    }
    if (fix && !runs && Files.exists(layout.lock())) {
      try (Closeable _ = DataDirectory.claim(layout.data())) {
        Restored.finish(layout);
        Durable.recover(layout.data());
        for (Path file : left) {
          if (file.getFileName().toString().startsWith("larder.db.broken-")) {
            Files.deleteIfExists(file);
          }
        }
        findings.accept(Finding.fixed(ABOUT, "leftovers", "removed: " + names(left)));
        return;
      } catch (IOException e) {
        // A server uses it after all, and sees to them when it starts.
      }
    }
    findings.accept(
        Finding.note(ABOUT, "leftovers", names(left))
            .because("they only take space")
            .remedy("larder doctor --fix removes them while the server does not run"));
  }

  private static String names(List<Path> files) {
    return String.join(
        ", ", files.stream().map(file -> String.valueOf(file.getFileName())).toList());
  }

  /// How many files a file system takes. Java does not tell, so `df` is asked.
  record Inodes(long total, long free) {
    static @Nullable Inodes of(Path place) {
      try {
        Process df =
            new ProcessBuilder("df", "-Pi", place.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(df.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return parse(text);
      } catch (IOException e) {
        return null;
      }
    }

    /// Reads the answer of Linux or FreeBSD; null if it says nothing about inodes.
    static @Nullable Inodes parse(String text) {
      String[] lines = text.strip().split("\n", -1);
      if (lines.length != 2) {
        return null;
      }
      List<String> head = List.of(lines[0].toLowerCase(Locale.ROOT).split("\\s+", -1));
      String[] fields = lines[1].split("\\s+", -1);
      int free = head.indexOf("ifree");
      int used = head.indexOf("iused");
      if (free < 0 || used < 0 || Math.max(free, used) >= fields.length) {
        return null;
      }
      try {
        long left = Long.parseLong(fields[free]);
        long total = left + Long.parseLong(fields[used]);
        return total == 0 ? null : new Inodes(total, left);
      } catch (NumberFormatException e) {
        return null;
      }
    }
  }
}
