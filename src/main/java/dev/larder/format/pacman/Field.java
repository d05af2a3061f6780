package dev.larder.format.pacman;

import org.jspecify.annotations.Nullable;

/// What a `.PKGINFO` states, and the section of `desc` it becomes (makepkg's `write_pkginfo`,
/// repo-add's `db_write_entry`).
enum Field {
  PKGNAME(1, "pkgname", "NAME", false),
  PKGBASE(2, "pkgbase", "BASE", false),
  PKGVER(3, "pkgver", "VERSION", false),
  PKGDESC(4, "pkgdesc", "DESC", false),
  URL(5, "url", "URL", false),
  BUILDDATE(6, "builddate", "BUILDDATE", false),
  PACKAGER(7, "packager", "PACKAGER", false),
  SIZE(8, "size", "ISIZE", false),
  ARCH(9, "arch", "ARCH", false),
  LICENSE(10, "license", "LICENSE", true),
  REPLACES(11, "replaces", "REPLACES", true),
  GROUP(12, "group", "GROUPS", true),
  CONFLICT(13, "conflict", "CONFLICTS", true),
  PROVIDES(14, "provides", "PROVIDES", true),
  DEPEND(15, "depend", "DEPENDS", true),
  OPTDEPEND(16, "optdepend", "OPTDEPENDS", true),
  MAKEDEPEND(17, "makedepend", "MAKEDEPENDS", true),
  CHECKDEPEND(18, "checkdepend", "CHECKDEPENDS", true);

  private final int code;
  private final String key;
  private final String section;
  private final boolean repeated;

  Field(int code, String key, String section, boolean repeated) {
    this.code = code;
    this.key = key;
    this.section = section;
    this.repeated = repeated;
  }

  /// What stands for it in a record; never changes its meaning.
  int code() {
    return code;
  }

  /// Its name in a `.PKGINFO`.
  String key() {
    return key;
  }

  /// Its name in a `desc`.
  String section() {
    return section;
  }

  /// Whether it may have several values.
  boolean isRepeated() {
    return repeated;
  }

  /// The field with this name in a `.PKGINFO`; null for those that are of no use here.
  static @Nullable Field ofKey(String key) {
    for (Field field : values()) {
      if (field.key.equals(key)) {
        return field;
      }
    }
    return null;
  }

  /// The field with this code; null if there is none.
  static @Nullable Field ofCode(int code) {
    for (Field field : values()) {
      if (field.code == code) {
        return field;
      }
    }
    return null;
  }
}
