package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.format.PackageInfo;
import dev.larder.format.RepositoryFormat;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.store.Checksum;
import dev.larder.store.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Decides what a change makes of a repository. Looks at nothing but its arguments.
final class Planning {
  private final RepositoryFormat format;
  private final List<String> directories;

  /// What a path means or meant in any generation that is held; null if nothing.
  private final Function<RelPath, @Nullable Checksum> meaning;

  Planning(
      RepositoryFormat format,
      List<String> directories,
      Function<RelPath, @Nullable Checksum> meaning) {
    this.format = format;
    this.directories = List.copyOf(directories);
    this.meaning = meaning;
  }

  /// What becomes of the repository.
  ///
  /// @param after what it has then
  /// @param moves files that have to be in place before that
  record Plan(Packages after, List<Move> moves) {
    Plan {
      moves = List.copyOf(moves);
    }
  }

  /// A staged package that belongs at some paths.
  ///
  /// @param paths below the repository; never empty
  record Move(Staged staged, List<RelPath> paths) {
    Move {
      paths = List.copyOf(paths);
    }
  }

  /// A package that cannot be taken because its name and version mean other bytes, but could under
  /// the next release.
  static final class NeedsBump extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Staged staged;
    private final transient List<String> taken;

    NeedsBump(Staged staged, List<String> taken) {
      super(staged.title());
      this.staged = staged;
      this.taken = List.copyOf(taken);
    }

    Staged staged() {
      return staged;
    }

    /// Versions of its name that are no longer free.
    List<String> taken() {
      return taken;
    }
  }

  /// Adds packages.
  ///
  /// @throws Refused with a sentence for each package that cannot be taken
  /// @throws NeedsBump if the first that stands in the way may be bumped
  Plan add(Packages before, Change.Add change) throws Refused, NeedsBump {
    List<String> unfit = new ArrayList<>();
    List<String> conflicts = new ArrayList<>();
    List<Move> moves = new ArrayList<>();
    Map<String, Map<String, Entry>> lists = new HashMap<>();
    Map<RelPath, Staged> batch = new HashMap<>();
    Map<String, Staged> names = new HashMap<>();
    for (Staged staged : change.packages()) {
      PackageInfo info = staged.packageRecord().info();
      List<String> into = format.directoriesOf(info, directories);
      if (into.isEmpty()) {
        unfit.add(
            "%s is for %s; this repository is for %s"
                .formatted(staged.title(), info.architecture(), String.join(", ", directories)));
        continue;
      }
      String below = format.pathOf(staged.packageRecord(), staged.original());
      List<RelPath> paths = new ArrayList<>();
      for (String directory : into) {
        RelPath path = new RelPath(directory).resolve(below);
        Map<String, Entry> list = lists.computeIfAbsent(directory, d -> before.in(d).byName());
        String fault = fault(staged, directory, path, list.get(info.name()), change, batch, names);
        if (fault != null) {
          conflicts.add(fault);
          break;
        }
        if (isThere(staged, list.get(info.name()))) {
          continue;
        }
        batch.put(path, staged);
        names.put(directory + "/" + info.name(), staged);
        list.put(info.name(), entry(staged, below));
        paths.add(path);
      }
      if (!paths.isEmpty()) {
        moves.add(new Move(staged, paths));
      }
    }
    if (!unfit.isEmpty() || !conflicts.isEmpty()) {
      Refused.Reason reason = unfit.isEmpty() ? Refused.Reason.CONFLICT : Refused.Reason.UNFIT;
      unfit.addAll(conflicts);
      throw new Refused(reason, unfit);
    }
    Packages after = before;
    for (Map.Entry<String, Map<String, Entry>> list : lists.entrySet()) {
      after = after.with(list.getKey(), PackageList.of(list.getValue().values()));
    }
    return new Plan(after, moves);
  }

  /// What speaks against a package in one directory; null if nothing does.
  private @Nullable String fault(
      Staged staged,
      String directory,
      RelPath path,
      @Nullable Entry there,
      Change.Add change,
      Map<RelPath, Staged> batch,
      Map<String, Staged> names)
      throws NeedsBump {
    PackageInfo info = staged.packageRecord().info();
    Checksum sha256 = staged.packageRecord().sha256();
    Staged other = names.get(directory + "/" + info.name());
    if (other != null && !other.packageRecord().sha256().equals(sha256)) {
      return "%s and %s cannot both be added; leave one of them out"
          .formatted(other.title(), staged.title());
    }
    Checksum meant = meaning.apply(path);
    Staged beside = batch.get(path);
    if (beside != null) {
      meant = beside.packageRecord().sha256();
    }
    if (format.isCachedByName() && meant != null && !meant.equals(sha256)) {
      if (change.onConflict() == OnConflict.BUMP) {
        throw new NeedsBump(staged, List.of(info.version()));
      }
      return ("%s is, or was a short while ago, in the repository with other bytes, and clients keep"
              + " packages by name; build it with a higher pkgrel, or bump it")
          .formatted(staged.title());
    }
    if (there != null && other == null && !change.downgrade()) {
      if (format.compareVersions(info.version(), there.version()) < 0) {
        return "%s is older than version %s, which is there; say that a downgrade is meant, or remove %s first"
            .formatted(staged.title(), there.version(), info.name());
      }
    }
    return null;
  }

  /// Whether nothing would change.
  private static boolean isThere(Staged staged, @Nullable Entry there) {
    return there != null
        && there.sha256().equals(staged.packageRecord().sha256())
        && (there.signature() != null || staged.signature() == null);
  }

  private static Entry entry(Staged staged, String path) {
    Staged.Signature signature = staged.signature();
    return new Entry(
        staged.packageRecord().info().name(),
        staged.packageRecord().info().version(),
        path,
        staged.packageRecord().size(),
        staged.packageRecord().sha256(),
        signature == null ? null : Checksum.sha256(signature.bytes()));
  }

  /// Removes packages.
  ///
  /// @throws Refused if one of them is not there
  Plan remove(Packages before, Change.Remove change) throws Refused {
    List<String> missing = new ArrayList<>();
    for (String directory : change.directories().stream().sorted().toList()) {
      if (!directories.contains(directory)) {
        missing.add(
            "there is no %s in this repository; it has %s"
                .formatted(directory, String.join(", ", directories)));
      }
    }
    Packages after = before;
    for (String name : change.names().stream().sorted().toList()) {
      boolean found = false;
      for (String directory : directories) {
        if (change.directories().isEmpty() || change.directories().contains(directory)) {
          Map<String, Entry> list = after.in(directory).byName();
          if (list.remove(name) != null) {
            found = true;
            after = after.with(directory, PackageList.of(list.values()));
          }
        }
      }
      if (!found) {
        missing.add("there is no package " + name);
      }
    }
    if (!missing.isEmpty()) {
      throw new Refused(Refused.Reason.MISSING, missing);
    }
    return new Plan(after, List.of());
  }
}
