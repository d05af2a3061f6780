package dev.larder.format.freebsd;

import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.TarMembers;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a package says of itself, checked so that a catalogue may repeat it: one record that a
/// client refuses costs all of its users every package of the repository. Written again as pkg
/// writes it (`pkg_manifest.c`, `pkg_emit_object`): keys it does not know are dropped, the others
/// in its order.
final class Manifest {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+,@~-]*");
  // Without a dash: what is behind the last one in NAME-VERSION is the version.
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+,@~]*");
  private static final Pattern ORIGIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+,@~/-]{0,254}");
  private static final Pattern SIZE = Pattern.compile("[0-9]{1,18}");
  // pkg reads it into an int, and refuses the catalogue if it cannot.
  private static final Pattern OS_VERSION = Pattern.compile("[1-9][0-9]{0,8}");
  private static final String FREEBSD_VERSION = "FreeBSD_version";

  /// The keys that are looked at; whatever else a manifest says is not kept.
  static final Set<String> KEYS =
      Set.of(
          "name",
          "origin",
          "version",
          "comment",
          "maintainer",
          "www",
          "abi",
          "arch",
          "prefix",
          "flatsize",
          "dep_formula",
          "licenselogic",
          "licenses",
          "vital",
          "desc",
          "deps",
          "categories",
          "users",
          "groups",
          "shlibs",
          "shlibs_required",
          "shlibs_required_ignore",
          "shlibs_provided",
          "shlibs_provided_ignore",
          "conflicts",
          "provides",
          "requires",
          "options",
          "annotations",
          "message",
          "messages");

  /// With `~`, the start of the checksum, and the suffix it has to fit into a name of 250 bytes.
  private static final int MAX_STEM = 230;

  /// In characters.
  static final int MAX_TEXT = 1 << 20;

  private static final DateTimeFormatter BUILT =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
          .appendPattern("[XXX][XX][X]")
          .toFormatter(Locale.ROOT);

  private final String where;
  private final Map<String, Ucl> entries;
  private final String abi;
  private final HostedPackage.Parts parts;

  private Manifest(String where, Map<String, Ucl> entries) throws InvalidPackage {
    this.where = where;
    this.entries = entries;
    this.abi = statedAbi();
    this.parts = new HostedPackage.Parts(identity(), size(), license(), details());
  }

  /// Checks a manifest.
  ///
  /// @param where what it is, for messages
  /// @throws InvalidPackage if a catalogue cannot repeat it
  static Manifest of(String where, Map<String, Ucl> entries) throws InvalidPackage {
    return new Manifest(where, entries);
  }

  /// The record it makes.
  HostedPackage.Parts parts() {
    return parts;
  }

  String name() {
    return text("name");
  }

  String version() {
    return text("version");
  }

  String abi() {
    return abi;
  }

  /// Whether another manifest is that of the same package.
  boolean isOfSamePackage(Manifest other) {
    return abi.equals(other.abi)
        && List.of("name", "version", "origin").stream()
            .allMatch(key -> text(key).equals(other.text(key)));
  }

  /// Checks that a system of its ABI can be as new as the one it was built on.
  ///
  /// @throws InvalidPackage if none is
  void checkSystem() throws InvalidPackage {
    String system = strings("annotations").get(FREEBSD_VERSION);
    String[] parts = abi.split(":", -1);
    if (system == null || parts.length < 2 || parts[1].equals("*")) {
      return;
    }
    OsVersion builtOn = new OsVersion(Integer.parseInt(system));
    if (builtOn.major() > Integer.parseInt(parts[1])) {
      throw fault(
          "was built on FreeBSD "
              + builtOn
              + " ("
              + FREEBSD_VERSION
              + " "
              + system
              + "), but is for "
              + abi
              + ", whose clients would refuse the whole catalogue: build it on FreeBSD "
              + parts[1]);
    }
  }

  /// For people, searches and checks.
  PackageInfo info(boolean hasScripts) {
    Map<String, String> annotations = strings("annotations");
    Map<Relation, List<String>> relations = new EnumMap<>(Relation.class);
    List<String> needs = new ArrayList<>(table("deps").keySet());
    needs.addAll(list("requires"));
    String system = annotations.get(FREEBSD_VERSION);
    if (system != null) {
      needs.add(new OsVersion(Integer.parseInt(system)).need());
    }
    List<String> provides = new ArrayList<>(list("provides"));
    provides.addAll(list("shlibs_provided"));
    relate(relations, Relation.DEPENDS, needs);
    relate(relations, Relation.PROVIDES, provides);
    relate(relations, Relation.CONFLICTS, list("conflicts"));
    relate(relations, Relation.GROUPS, list("categories"));
    relate(relations, Relation.LIBRARIES, list(libraries()));
    String size = text("flatsize");
    return new PackageInfo(
        name(),
        version(),
        text("origin"),
        abi,
        oneLine(text("comment")),
        oneLine(text("www")),
        list("licenses"),
        oneLine(text("maintainer")),
        size.isEmpty() ? -1 : Long.parseLong(size),
        builtAt(annotations.get("build_timestamp")),
        relations,
        hasScripts);
  }

  private static void relate(
      Map<Relation, List<String>> relations, Relation relation, List<String> values) {
    if (!values.isEmpty()) {
      relations.put(relation, List.copyOf(values));
    }
  }

  private static @Nullable Instant builtAt(@Nullable String stamp) {
    try {
      return stamp == null ? null : OffsetDateTime.parse(stamp, BUILT).toInstant();
    } catch (DateTimeException e) {
      return null; // an annotation may say anything
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\p{Cntrl}+", " ").strip();
  }

  // ---- checks ---------------------------------------------------------------------------------

  private String identity() throws InvalidPackage {
    StringBuilder out = new StringBuilder();
    put(out, "name", matching("name", NAME));
    put(out, "origin", matching("origin", ORIGIN));
    put(out, "version", matching("version", VERSION));
    if (name().length() + version().length() > MAX_STEM) {
      throw fault("name and version have more than " + MAX_STEM + " characters together");
    }
    for (String key : List.of("comment", "maintainer", "www")) {
      put(out, key, required(key));
    }
    put(out, "abi", abi);
    put(out, "arch", Abi.older(abi));
    String prefix = required("prefix");
    if (!prefix.startsWith("/")) {
      throw fault("prefix is not an absolute path: " + TarMembers.shown(prefix));
    }
    put(out, "prefix", prefix);
    return out.toString();
  }

  private String statedAbi() throws InvalidPackage {
    String given = entries.containsKey("abi") ? required("abi") : required("arch");
    String canonical = Abi.canonical(given);
    if (canonical == null) {
      throw fault(
          "abi is "
              + TarMembers.shown(given)
              + ", which is none of FreeBSD:14:amd64, FreeBSD:14:* and FreeBSD:*");
    }
    String arch = optional("arch");
    String other = arch == null ? canonical : Abi.canonical(arch);
    if (other == null || !other.equals(canonical)) {
      throw fault("abi is " + canonical + ", but arch is " + TarMembers.shown(arch + ""));
    }
    return canonical;
  }

  private String size() throws InvalidPackage {
    StringBuilder out = new StringBuilder();
    if (entries.containsKey("flatsize")) {
      JsonText.key(out, "flatsize");
      out.append(Long.parseLong(matching("flatsize", SIZE)));
    }
    putIfPresent(out, "dep_formula");
    return out.toString();
  }

  private String license() throws InvalidPackage {
    StringBuilder out = new StringBuilder();
    put(out, "licenselogic", licenseLogic());
    putList(out, "licenses", "licenses");
    return out.toString();
  }

  private String details() throws InvalidPackage {
    StringBuilder out = new StringBuilder();
    vital(out);
    String desc = PercentCode.encode(PercentCode.decode(required("desc"))).strip();
    put(out, "desc", desc);
    deps(out);
    putList(out, "categories", "categories");
    putList(out, "users", "users");
    putList(out, "groups", "groups");
    putList(out, "shlibs_required", libraries());
    for (String key :
        List.of(
            "shlibs_required_ignore",
            "shlibs_provided",
            "shlibs_provided_ignore",
            "conflicts",
            "provides",
            "requires")) {
      putList(out, key, key);
    }
    putTable(out, "options", options());
    putTable(out, "annotations", annotations());
    MessageList.put(out, where, entries);
    return out.toString();
  }

  // pkg 1.0 had another name for it.
  private String libraries() {
    return entries.containsKey("shlibs_required") ? "shlibs_required" : "shlibs";
  }

  private String licenseLogic() throws InvalidPackage {
    String logic = optional("licenselogic");
    return switch (logic == null ? "single" : logic) {
      case "single" -> "single";
      case "or", "dual" -> "or";
      case "and", "multi" -> "and";
      default -> throw fault("licenselogic is unknown: " + TarMembers.shown(logic + ""));
    };
  }

  private void vital(StringBuilder out) throws InvalidPackage {
    String vital = optional("vital");
    switch (vital == null ? "false" : vital.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> {
        JsonText.key(out, "vital");
        out.append("true");
      }
      case "false", "no", "off" -> {}
      default -> throw fault("vital is neither true nor false: " + TarMembers.shown(vital + ""));
    }
  }

  private void deps(StringBuilder out) throws InvalidPackage {
    Map<String, Ucl> deps = checkedTable("deps");
    if (deps.isEmpty()) {
      return;
    }
    JsonText.key(out, "deps");
    out.append('{');
    for (Map.Entry<String, Ucl> dep : deps.entrySet()) {
      if (!NAME.matcher(dep.getKey()).matches() || dep.getKey().length() > MAX_STEM) {
        throw fault("deps names no package: " + TarMembers.shown(dep.getKey()));
      }
      if (!(dep.getValue() instanceof Ucl.Table(Map<String, Ucl> about))
          || !(about.get("origin") instanceof Ucl.Text(String origin))) {
        throw fault("deps has no origin of " + dep.getKey());
      }
      JsonText.key(out, dep.getKey());
      Map<String, String> written = new LinkedHashMap<>();
      written.put("origin", checked("deps", origin));
      if (about.get("version") instanceof Ucl.Text(String version)) {
        written.put("version", checked("deps", version));
      }
      JsonText.object(out, written);
    }
    out.append('}');
  }

  private Map<String, String> options() throws InvalidPackage {
    Map<String, String> options = checkedStrings("options");
    options.replaceAll(
        (_, value) -> value.equals("true") ? "on" : value.equals("false") ? "off" : value);
    return options;
  }

  // Two of them are notes of the machine the package was made on.
  private Map<String, String> annotations() throws InvalidPackage {
    Map<String, String> annotations = checkedStrings("annotations");
    annotations.remove("repository");
    annotations.remove("relocated");
    String system = annotations.get(FREEBSD_VERSION);
    if (system != null && !OS_VERSION.matcher(system).matches()) {
      throw fault(
          "annotation FreeBSD_version is no version of FreeBSD, and clients would refuse the whole"
              + " catalogue: "
              + TarMembers.shown(system));
    }
    return annotations;
  }

  // ---- values ---------------------------------------------------------------------------------

  private static void put(StringBuilder out, String key, String value) {
    JsonText.key(out, key);
    JsonText.string(out, value);
  }

  private void putIfPresent(StringBuilder out, String key) throws InvalidPackage {
    String value = optional(key);
    if (value != null) {
      put(out, key, value);
    }
  }

  private void putList(StringBuilder out, String as, String key) throws InvalidPackage {
    List<String> values = new ArrayList<>();
    switch (entries.get(key)) {
      case null -> {}
      case Ucl.Many(List<Ucl> elements) -> {
        for (Ucl element : elements) {
          if (!(element instanceof Ucl.Text(String value))) {
            throw fault(key + " has an element that is not text");
          }
          values.add(checked(key, value));
        }
      }
      case Ucl.Text _, Ucl.Table _ -> throw fault(key + " is not an array");
    }
    if (!values.isEmpty()) {
      JsonText.key(out, as);
      JsonText.array(out, values);
    }
  }

  private static void putTable(StringBuilder out, String key, Map<String, String> values) {
    if (!values.isEmpty()) {
      JsonText.key(out, key);
      JsonText.object(out, values);
    }
  }

  private String matching(String key, Pattern pattern) throws InvalidPackage {
    String value = required(key);
    if (!pattern.matcher(value).matches()) {
      throw fault(key + " has a form that cannot be hosted: " + TarMembers.shown(value));
    }
    return value;
  }

  private String required(String key) throws InvalidPackage {
    String value = optional(key);
    if (value == null) {
      throw fault("has no " + key);
    }
    return value;
  }

  private @Nullable String optional(String key) throws InvalidPackage {
    return switch (entries.get(key)) {
      case null -> null;
      case Ucl.Text(String value) -> checked(key, value);
      case Ucl.Many _, Ucl.Table _ -> throw fault(key + " is not text");
    };
  }

  private String checked(String key, String value) throws InvalidPackage {
    if (value.indexOf('\0') >= 0 || value.length() > MAX_TEXT) {
      throw fault(key + " holds what no text does: a zero byte, or more than " + MAX_TEXT);
    }
    return value;
  }

  private Map<String, Ucl> checkedTable(String key) throws InvalidPackage {
    return switch (entries.get(key)) {
      case null -> Map.of();
      case Ucl.Table(Map<String, Ucl> table) -> table;
      case Ucl.Many(List<Ucl> none) when none.isEmpty() -> Map.of();
      case Ucl.Text _, Ucl.Many _ -> throw fault(key + " is not an object");
    };
  }

  private Map<String, String> checkedStrings(String key) throws InvalidPackage {
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, Ucl> entry : checkedTable(key).entrySet()) {
      if (!(entry.getValue() instanceof Ucl.Text(String value))) {
        throw fault(key + " has a value that is not text");
      }
      strings.put(checked(key, entry.getKey()), checked(key, value));
    }
    return strings;
  }

  // What was checked before; what is missing is empty.

  private String text(String key) {
    return entries.get(key) instanceof Ucl.Text(String value) ? value : "";
  }

  private List<String> list(String key) {
    List<String> texts = new ArrayList<>();
    if (entries.get(key) instanceof Ucl.Many(List<Ucl> values)) {
      for (Ucl value : values) {
        if (value instanceof Ucl.Text(String text)) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  private Map<String, Ucl> table(String key) {
    return entries.get(key) instanceof Ucl.Table(Map<String, Ucl> table) ? table : Map.of();
  }

  private Map<String, String> strings(String key) {
    Map<String, String> strings = new LinkedHashMap<>();
    table(key)
        .forEach((name, value) -> {
          if (value instanceof Ucl.Text(String text)) {
            strings.put(name, text);
          }
        });
    return strings;
  }

  private InvalidPackage fault(String what) {
    return new InvalidPackage(where + ": " + what);
  }
}
