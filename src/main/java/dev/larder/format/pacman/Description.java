package dev.larder.format.pacman;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import java.io.IOException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a `desc` member of a sync database says of one package's file (alpm-repo-desc(5)): sections
/// in any order, each `%NAME%`, its values one per line, and a blank line.
///
/// A line after a section's name is a value even if it looks like a name, as libalpm has it: a
/// package described as `%SHA256SUM%` must not be read as stating one.
///
/// @param name of the package
/// @param version `[epoch:]pkgver-pkgrel`
/// @param fileName of the package, beside the database
/// @param file what its bytes are
/// @param signature what its detached signature is, or null if the database holds none
record Description(
    String name, String version, String fileName, Expected file, @Nullable Expected signature) {
  /// Larger than any, and small enough to be held.
  static final int MAX_SIZE = 2 << 20;

  /// pacman's limit for a detached signature, in bytes.
  static final int MAX_SIGNATURE = 16_384;

  private static final Pattern SHA256 = Pattern.compile("[0-9A-Fa-f]{64}");
  private static final Pattern MD5 = Pattern.compile("[0-9A-Fa-f]{32}");
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  /// The sections read here; the others describe the package to people and to the resolver.
  private enum Section {
    FILENAME,
    NAME,
    VERSION,
    CSIZE,
    SHA256SUM,
    MD5SUM,
    PGPSIG;

    static @Nullable Section of(String header) {
      for (Section section : values()) {
        if (header.equals(section.toString())) {
          return section;
        }
      }
      return null;
    }

    @Override
    public String toString() {
      return "%" + name() + "%";
    }
  }

  /// Reads the member `members` stands at.
  ///
  /// @throws InvalidIndex if it is not well-formed
  static Description read(TarMembers members, Lines lines) throws IOException {
    if (members.size() > MAX_SIZE) {
      throw members.fault("is larger than " + MAX_SIZE + " bytes");
    }
    Map<Section, String> values = sections(members, lines);
    return new Description(
        required(members, values, Section.NAME),
        required(members, values, Section.VERSION),
        fileName(members, values),
        new Expected(size(members, values), checksum(members, values)),
        signature(members, values));
  }

  private static Map<Section, String> sections(TarMembers members, Lines lines) throws IOException {
    Map<Section, String> values = new EnumMap<>(Section.class);
    lines.restart();
    while (lines.next()) {
      if (lines.isBlank()) {
        continue;
      }
      if (!lines.isHeader()) {
        throw members.fault("has text outside a section: " + TarMembers.shown(lines.text()));
      }
      Section section = Section.of(lines.text());
      while (lines.next() && !lines.isBlank()) {
        if (section != null && values.put(section, lines.text()) != null) {
          throw members.fault(section + " has more than one value");
        }
      }
    }
    return values;
  }

  private static String required(TarMembers members, Map<Section, String> values, Section section)
      throws InvalidIndex {
    String value = values.get(section);
    if (value == null) {
      throw members.fault("has no " + section);
    }
    return value;
  }

  // Nothing but a package may be promised: a database that could name core.db could pin itself.
  private static String fileName(TarMembers members, Map<Section, String> values)
      throws InvalidIndex {
    String value = required(members, values, Section.FILENAME);
    if (value.indexOf('/') >= 0 || PackageFileName.suffixStart(value) < 0) {
      throw members.fault(
          Section.FILENAME + " is not the name of a package file: " + TarMembers.shown(value));
    }
    return value;
  }

  private static long size(TarMembers members, Map<Section, String> values) throws InvalidIndex {
    String value = values.get(Section.CSIZE);
    if (value == null) {
      return -1;
    }
    if (!LENGTH.matcher(value).matches()) {
      throw members.fault(Section.CSIZE + " is not a length: " + TarMembers.shown(value));
    }
    return Long.parseLong(value);
  }

  private static @Nullable Checksum checksum(TarMembers members, Map<Section, String> values)
      throws InvalidIndex {
    String sha256 = values.get(Section.SHA256SUM);
    if (sha256 != null) {
      return checksum(members, Section.SHA256SUM, SHA256, Algorithm.SHA256, sha256);
    }
    String md5 = values.get(Section.MD5SUM);
    return md5 == null ? null : checksum(members, Section.MD5SUM, MD5, Algorithm.MD5, md5);
  }

  private static Checksum checksum(
      TarMembers members, Section section, Pattern form, Algorithm algorithm, String value)
      throws InvalidIndex {
    if (!form.matcher(value).matches()) {
      throw members.fault(
          section + " is not a checksum in hexadecimal: " + TarMembers.shown(value));
    }
    return new Checksum(algorithm, value.toLowerCase(Locale.ROOT));
  }

  private static @Nullable Expected signature(TarMembers members, Map<Section, String> values)
      throws InvalidIndex {
    String value = values.get(Section.PGPSIG);
    if (value == null) {
      return null;
    }
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      throw members.fault(Section.PGPSIG + " is not base64: " + e.getMessage());
    }
    if (decoded.length > MAX_SIGNATURE) {
      throw members.fault(
          Section.PGPSIG + " holds more than " + MAX_SIGNATURE + " bytes, which pacman refuses");
    }
    return new Expected(decoded.length, Checksum.sha256(decoded));
  }
}
