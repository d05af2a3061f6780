package dev.larder.format.pacman;

import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.TarMembers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a package's `.PKGINFO` states.
///
/// @param values of the fields that have any; none is empty
record PkgInfo(Map<Field, List<String>> values) {
  /// So that no line of it can be too long for libalpm.
  static final int MAX_SIZE = Lines.MAX_LINE;

  private static final String MEMBER = ".PKGINFO";

  // alpm-package-name(7); libalpm refuses other names when it loads a package.
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9@_+][A-Za-z0-9@._+-]*");

  // alpm-package-version(7), without what cannot stand in a URL or a dependency.
  private static final Pattern VERSION =
      Pattern.compile("(?:[0-9]+:)?[A-Za-z0-9._+~^@!,]+-[0-9]+(?:\\.[0-9]+)?");

  private static final Pattern ARCHITECTURE = Pattern.compile("[A-Za-z0-9_]{1,64}");
  private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}");
  private static final Pattern TIME = Pattern.compile("[0-9]{1,12}");

  // What a file system takes is 255 bytes: with .pkg.tar.zst.sig behind it, and five more while the
  // file is on its way to its place.
  private static final int MAX_STEM = 234;

  PkgInfo {
    values = Map.copyOf(values);
  }

  /// Reads and checks one.
  ///
  /// @throws InvalidPackage if pacman would refuse the package, or a repository cannot hold it
  static PkgInfo read(byte[] bytes) throws InvalidPackage {
    Map<Field, List<String>> values = new EnumMap<>(Field.class);
    KeyValueLines.read(
        MEMBER,
        bytes,
        (key, value) -> {
          Field field = Field.ofKey(key);
          if (field == null || value.isEmpty()) {
            return;
          }
          List<String> of = values.computeIfAbsent(field, _ -> new ArrayList<>());
          if (!of.isEmpty() && !field.isRepeated()) {
            throw fault("states " + key + " twice");
          }
          of.add(value);
        });
    PkgInfo info = new PkgInfo(values);
    info.check();
    return info;
  }

  private void check() throws InvalidPackage {
    require(Field.PKGNAME, NAME, "letters, digits and @._+-, and does not begin with . or -");
    require(Field.PKGVER, VERSION, "[epoch:]pkgver-pkgrel, such as 1:2.0-3");
    require(Field.ARCH, ARCHITECTURE, "any or a machine's architecture, such as x86_64");
    allow(Field.PKGBASE, NAME, "named like a package");
    allow(Field.SIZE, SIZE, "a number of bytes");
    allow(Field.BUILDDATE, TIME, "a time in seconds since 1970");
    if (fileNameStem().length() > MAX_STEM) {
      throw fault(
          "name, version and architecture are too long together: "
              + fileNameStem().length()
              + " characters, and a file's name has room for "
              + MAX_STEM
              + "; shorten the name or the version: "
              + shown(fileNameStem()));
    }
  }

  private void require(Field field, Pattern form, String what) throws InvalidPackage {
    if (first(field).isEmpty()) {
      throw fault("has no " + field.key() + "; build the package with makepkg");
    }
    allow(field, form, what);
  }

  private void allow(Field field, Pattern form, String what) throws InvalidPackage {
    String value = first(field);
    if (!value.isEmpty() && !form.matcher(value).matches()) {
      throw fault(field.key() + " is not " + what + ": " + shown(value));
    }
  }

  private static InvalidPackage fault(String what) {
    return new InvalidPackage(MEMBER + ": " + what);
  }

  private static String shown(String value) {
    return TarMembers.shown(value);
  }

  /// Whether `name` can be a package's.
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /// Whether `version` can be a package's.
  static boolean isVersion(String version) {
    return VERSION.matcher(version).matches();
  }

  /// The values of a field; empty if it has none.
  List<String> all(Field field) {
    return values.getOrDefault(field, List.of());
  }

  /// The only value of a field; empty if it has none.
  String first(Field field) {
    List<String> of = all(field);
    return of.isEmpty() ? "" : of.getFirst();
  }

  String name() {
    return first(Field.PKGNAME);
  }

  String version() {
    return first(Field.PKGVER);
  }

  /// The name of the package's file up to `.pkg.tar`.
  String fileNameStem() {
    return name() + "-" + version() + "-" + first(Field.ARCH);
  }

  /// The same for people, searches and checks.
  PackageInfo describe(boolean hasScripts) {
    String base = first(Field.PKGBASE);
    String size = first(Field.SIZE);
    return new PackageInfo(
        name(),
        version(),
        base.isEmpty() ? name() : base,
        first(Field.ARCH),
        first(Field.PKGDESC),
        first(Field.URL),
        all(Field.LICENSE),
        first(Field.PACKAGER),
        size.isEmpty() ? -1 : Long.parseLong(size),
        builtAt(),
        relations(),
        hasScripts);
  }

  private @Nullable Instant builtAt() {
    String seconds = first(Field.BUILDDATE);
    return seconds.isEmpty() ? null : Instant.ofEpochSecond(Long.parseLong(seconds));
  }

  private Map<Relation, List<String>> relations() {
    Map<Relation, List<String>> relations = new EnumMap<>(Relation.class);
    values.forEach((field, of) -> {
      Relation relation = relation(field);
      if (relation != null) {
        relations.put(relation, List.copyOf(of));
      }
    });
    return relations;
  }

  private static @Nullable Relation relation(Field field) {
    return switch (field) {
      case DEPEND -> Relation.DEPENDS;
      case OPTDEPEND -> Relation.OPTIONAL;
      case MAKEDEPEND -> Relation.MAKE;
      case CHECKDEPEND -> Relation.CHECK;
      case PROVIDES -> Relation.PROVIDES;
      case CONFLICT -> Relation.CONFLICTS;
      case REPLACES -> Relation.REPLACES;
      case GROUP -> Relation.GROUPS;
      case PKGNAME, PKGBASE, PKGVER, PKGDESC, URL, BUILDDATE, PACKAGER, SIZE, ARCH, LICENSE -> null;
    };
  }
}
