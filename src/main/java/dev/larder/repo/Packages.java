package dev.larder.repo;

import dev.larder.format.IndexOrder.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a repository has: a list for each of its directories.
///
/// @param lists by directory; each of the repository's directories is there
record Packages(SortedMap<String, PackageList> lists) {
  Packages {
    lists = new TreeMap<>(lists);
  }

  /// Nothing, in these directories.
  static Packages none(List<String> directories) {
    TreeMap<String, PackageList> lists = new TreeMap<>();
    directories.forEach(directory -> lists.put(directory, PackageList.EMPTY));
    return new Packages(lists);
  }

  PackageList in(String directory) {
    return lists.getOrDefault(directory, PackageList.EMPTY);
  }

  /// The same with another list for one directory.
  Packages with(String directory, PackageList list) {
    TreeMap<String, PackageList> changed = new TreeMap<>(lists);
    changed.put(directory, list);
    return new Packages(changed);
  }

  /// The lists of `directories` only; empty ones where there is none.
  Packages only(List<String> directories) {
    TreeMap<String, PackageList> kept = new TreeMap<>();
    directories.forEach(directory -> kept.put(directory, in(directory)));
    return new Packages(kept);
  }

  /// How many packages, those in several directories once for each.
  int count() {
    return lists.values().stream().mapToInt(list -> list.entries().size()).sum();
  }

  /// Every package with the directory it is in.
  List<Placed> all() {
    List<Placed> all = new ArrayList<>();
    lists.forEach((directory, list) ->
        list.entries().forEach(entry -> all.add(new Placed(directory, entry))));
    return all;
  }

  /// What is different in `after`, by directory and name.
  List<Difference> differences(Packages after) {
    List<Difference> found = new ArrayList<>();
    Set<String> directories = new HashSet<>(lists.keySet());
    directories.addAll(after.lists.keySet());
    for (String directory : directories.stream().sorted().toList()) {
      Map<String, Entry> before = in(directory).byName();
      for (Entry now : after.in(directory).entries()) {
        Entry was = before.remove(now.name());
        if (was == null) {
          found.add(new Difference(directory, now.name(), "", now.version()));
        } else if (!was.sha256().equals(now.sha256())) {
          found.add(new Difference(directory, now.name(), was.version(), now.version()));
        }
      }
      before.values().stream()
          .sorted(PackageList.BY_NAME)
          .forEach(was -> found.add(new Difference(directory, was.name(), was.version(), "")));
    }
    return found;
  }

  /// A package in a directory.
  record Placed(String directory, Entry entry) {
    /// Its path below the repository.
    String path() {
      return directory + "/" + entry.path();
    }
  }
}
