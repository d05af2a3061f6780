package dev.larder;

import dev.larder.mirror.MirrorReport.RootReport;
import dev.larder.testing.NginxServer;
import dev.larder.testing.ServedFile;
import dev.larder.testing.Temporary;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The tables of FreeBSD's three mirrors, for a [TestLarder] or a [LarderProcess].
final class FreeBsdLarder {
  static final String PKG = "freebsd-pkg";
  static final String UPDATE = "freebsd-update";
  static final String RELEASES = "freebsd-releases";

  private FreeBsdLarder() {}

  /// One that mirrors packages.
  ///
  /// @param lines further ones of the mirror's table
  static TestLarder pkg(List<String> lines, String... upstreams) {
    return one(PKG, lines, upstreams);
  }

  /// One that mirrors freebsd-update.
  static TestLarder update(List<String> lines, String... upstreams) {
    return one(UPDATE, lines, upstreams);
  }

  /// One that mirrors releases.
  static TestLarder releases(List<String> lines, String... upstreams) {
    return one(RELEASES, lines, upstreams);
  }

  /// One with one of the three, whose name is its format.
  static TestLarder one(String name, List<String> lines, String... upstreams) {
    return TestLarder.tables(
        Temporary.directory("larder"), name, TestLarder.mirrorTable(name, name, lines, upstreams));
  }

  /// One with all three; the methods of it speak of packages.
  static TestLarder all(String pkg, String update, String releases) {
    List<String> tables = new ArrayList<>();
    tables.addAll(TestLarder.mirrorTable(PKG, PKG, List.of(), pkg));
    tables.addAll(TestLarder.mirrorTable(UPDATE, UPDATE, List.of(), update));
    tables.addAll(TestLarder.mirrorTable(RELEASES, RELEASES, List.of(), releases));
    return TestLarder.tables(Temporary.directory("larder"), PKG, tables);
  }

  /// The bytes of a published file.
  static byte[] bytes(Map<String, ServedFile> files, String path) {
    return Objects.requireNonNull(files.get(path), path).bytes().copy();
  }

  /// The line that trusts a directory of fingerprints.
  static String fingerprints(Path directory) {
    return "fingerprints = \"" + directory + "\"";
  }

  /// How a root stands.
  ///
  /// @param id its directory
  static RootReport root(TestLarder larder, String id) {
    return larder.mirror().report().roots().stream()
        .filter(root -> root.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no root " + id));
  }

  /// How often each file was asked for, by its decoded path without a slash at the start.
  static Map<String, Integer> asked(NginxServer nginx) {
    Map<String, Integer> counts = new TreeMap<>();
    for (NginxServer.Line line : nginx.log()) {
      counts.merge(URI.create(line.uri()).getPath().substring(1), 1, Integer::sum);
    }
    return counts;
  }

  /// How often each file was sent whole.
  static Map<String, Integer> sent(NginxServer nginx) {
    Map<String, Integer> counts = new TreeMap<>();
    for (NginxServer.Line line : nginx.log()) {
      if (line.status() == 200) {
        counts.merge(URI.create(line.uri()).getPath().substring(1), 1, Integer::sum);
      }
    }
    return counts;
  }
}
