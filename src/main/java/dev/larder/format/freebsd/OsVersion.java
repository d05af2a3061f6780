package dev.larder.format.freebsd;

import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The version of a FreeBSD as its kernel states it (`__FreeBSD_version`, param.h): 1402000 is
/// 14.2. A client refuses a package that was built on a newer one than its own.
///
/// @param number as it is stated
record OsVersion(int number) {
  private static final String NEED = "FreeBSD>=";
  private static final Pattern NEEDED = Pattern.compile(NEED + "([0-9]{1,9})");
  private static final int OF_A_MAJOR = 100_000;
  private static final int OF_A_MINOR = 1000;

  int major() {
    return number / OF_A_MAJOR;
  }

  int minor() {
    return number % OF_A_MAJOR / OF_A_MINOR;
  }

  /// How [PackageInfo] states that a package needs it.
  String need() {
    return NEED + number;
  }

  /// Whether `need` is of that form.
  static boolean isNeed(String need) {
    return NEEDED.matcher(need).matches();
  }

  /// What a package was built on; null if it does not say.
  static @Nullable OsVersion neededBy(PackageInfo info) {
    for (String need : info.relation(Relation.DEPENDS)) {
      Matcher matcher = NEEDED.matcher(need);
      if (matcher.matches()) {
        return new OsVersion(Integer.parseInt(matcher.group(1)));
      }
    }
    return null;
  }

  /// `14.2`.
  @Override
  public String toString() {
    return major() + "." + minor();
  }
}
