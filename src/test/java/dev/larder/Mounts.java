package dev.larder;

import dev.larder.testing.Command;
import dev.larder.testing.Temporary;
import dev.larder.testing.Tools;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/// Small disks of their own, and what can happen to a disk. All is undone by [#close()].
final class Mounts implements AutoCloseable {
  private final Path directory = Temporary.directory("larder-disk");
  private final Deque<Path> mounted = new ArrayDeque<>();

  /// A disk of so many mebibytes. Skips the test where that is not possible.
  static Mounts disk(int mebibytes) {
    Tools.require("mount", "umount");
    Tools.requireRoot("disks of their own");
    Mounts mounts = new Mounts();
    Command.Result result =
        Command.of("mount", "-t", "tmpfs", "-o", "mode=0755,size=" + mebibytes + "m")
            .with("larder-test", mounts.directory.toString())
            .run();
    if (!result.ok()) {
      Temporary.delete(mounts.directory);
      Tools.missing("disks cannot be mounted here: " + result.output().strip());
    }
    mounts.mounted.push(mounts.directory);
    return mounts;
  }

  /// Where the disk is.
  Path directory() {
    return directory;
  }

  /// From now on nothing below `path` can be opened for writing, as when a disk was remounted
  /// read-only because of errors. What is open stays open: the kernel refuses to remount a disk
  /// that somebody writes to, so the directory is covered by a read-only view of itself.
  void readOnly(Path path) {
    Command.of("mount", "--bind", path.toString(), path.toString()).runOk();
    mounted.push(path);
    Command.of("mount", "-o", "remount,ro,bind", path.toString()).runOk();
  }

  /// Ends the last [#readOnly(Path)].
  void writableAgain() {
    unmount(mounted.pop());
  }

  private static void unmount(Path path) {
    // Lazily: whoever still has a file open there must not keep the test's disk on this machine.
    Command.of("umount", "-l", path.toString()).runOk();
  }

  @Override
  public void close() {
    while (!mounted.isEmpty()) {
      unmount(mounted.pop());
    }
    Temporary.delete(directory);
  }
}
