package dev.larder.settings;

import dev.larder.access.TokenSettings;
import dev.larder.api.ConsoleSettings;
import dev.larder.cache.CacheSettings;
import dev.larder.config.Document;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Setting;
import dev.larder.config.Type;
import dev.larder.egress.EgressSettings;
import dev.larder.limits.LimitsSettings;
import dev.larder.log.LogSettings;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.Admission;
import dev.larder.repo.RepositorySettings;
import dev.larder.serve.PackagesSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Everything that can be configured. Each table is a record of the feature it belongs to; this
/// class knows where the file is, what is said at its top level, and what must fit together.
///
/// @param data directory of everything Larder keeps; absolute
/// @param packages the package listener
/// @param limits what one client of it may use
/// @param console the console listener
/// @param tokens for the console, declared by their hashes
/// @param cache what mirrors may take of the disk
/// @param egress how Larder reaches the outside
/// @param log what is told, and where
/// @param mirrors in the order of the file
/// @param repositories of our own, in the order of the file; others can be made while Larder runs
public record Config(
    Path data,
    PackagesSettings packages,
    LimitsSettings limits,
    ConsoleSettings console,
    List<TokenSettings> tokens,
    CacheSettings cache,
    EgressSettings egress,
    LogSettings log,
    List<MirrorSettings> mirrors,
    List<RepositorySettings> repositories) {
  static final Key<Path> DATA =
      Key.open(
          "data",
          Type.path("/var/lib/larder"),
          "`$STATE_DIRECTORY`; else as root `/var/lib/larder`, on FreeBSD `/var/db/larder`; else"
              + " `$XDG_DATA_HOME/larder` or `~/.local/share/larder`",
          "Directory of everything Larder keeps: packages, state, keys.");

  /// Every key there is, as the reference shows them.
  public static final List<KeyTable> TABLES =
      List.of(
          new KeyTable("", "Keys before the first table.", false, List.of(DATA)),
          PackagesSettings.TABLE,
          PackagesSettings.Tls.TABLE,
          Admission.TABLE,
          LimitsSettings.TABLE,
          ConsoleSettings.TABLE,
          TokenSettings.TABLE,
          CacheSettings.TABLE,
          EgressSettings.TABLE,
          LogSettings.TABLE,
          LogSettings.Access.TABLE,
          MirrorSettings.TABLE,
          RepositorySettings.TABLE);

  /// Begins the names of environment variables that override the file.
  static final String PREFIX = "LARDER_";

  private static final String CONFIG_VARIABLE = "LARDER_CONFIG";

  /// Variables that begin like overrides and are none: they belong to the launcher, to the command
  /// line, and to the search for the file.
  public static final Set<String> RESERVED =
      Set.of(
          CONFIG_VARIABLE,
          "LARDER_AOT",
          "LARDER_CONTEXT",
          "LARDER_INSTALL",
          "LARDER_JAVA_HOME",
          "LARDER_JAVA_OPTS",
          "LARDER_JDK_DIRS",
          "LARDER_SERVER",
          "LARDER_TOKEN");

  /// What Kubernetes and container links put into the environment for a service called larder:
  /// `LARDER_PORT=tcp://10.0.0.1:80`, `LARDER_PORT_80_TCP_ADDR`, `LARDER_SERVICE_HOST`.
  private static final Pattern FOREIGN =
      Pattern.compile(
          "LARDER_(?:[A-Z0-9]+_)*?(?:SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)"
              + "|PORT(?:_\\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)");

  /// Takes defensive copies.
  public Config {
    tokens = List.copyOf(tokens);
    mirrors = List.copyOf(mirrors);
    repositories = List.copyOf(repositories);
  }

  /// Finds the file, reads it, lays environment and options over it, and checks that all fits.
  ///
  /// @param file what `--config` names, or null to search
  /// @param listen what `--listen` says, replacing `[packages] listen`; empty if it was not given
  /// @param formats names of the formats there are
  /// @throws InvalidConfig with every problem found
  public static LoadedConfig load(
      @Nullable Path file, List<String> listen, Machine machine, Set<String> formats)
      throws InvalidConfig {
    Path found = find(file, machine);
    Document document = found == null ? Document.empty() : Document.load(found);
    document.override(
        PREFIX,
        machine.environment(),
        name -> RESERVED.contains(name) || FOREIGN.matcher(name).matches(),
        machine.directory());
    if (!listen.isEmpty()) {
      document.override("--listen", "packages", "listen", listen, machine.directory());
    }
    Config config = read(document.root(), machine, formats);
    List<Setting> settings = document.finish();
    return new LoadedConfig(config, found, settings);
  }

  /// The file to read: what is asked for must exist, what is merely usual need not.
  private static @Nullable Path find(@Nullable Path file, Machine machine) throws InvalidConfig {
    if (file != null) {
      return machine.directory().resolve(file);
    }
    String variable = machine.variable(CONFIG_VARIABLE);
    if (!variable.isEmpty()) {
      Path named = machine.directory().resolve(variable);
      if (Files.notExists(named)) {
        throw new InvalidConfig(
            CONFIG_VARIABLE,
            "there is no file " + named + "; unset the variable or let it name a file");
      }
      return named;
    }
    // A file that is there and cannot be read is an error later, not a reason to go on looking.
    return places(machine).stream()
        .filter(place -> !Files.notExists(place))
        .findFirst()
        .orElse(null);
  }

  /// Where the file may be without being named, the first one wins.
  static List<Path> places(Machine machine) {
    List<Path> places = new ArrayList<>();
    if (machine.isFreeBsd()) {
      places.add(machine.root().resolve("usr/local/etc/larder/larder.toml"));
    }
    places.add(machine.root().resolve("etc/larder/larder.toml"));
    Path xdg = machine.xdg("XDG_CONFIG_HOME", ".config");
    if (xdg.isAbsolute()) {
      places.add(xdg.resolve("larder/larder.toml"));
    }
    return List.copyOf(places);
  }

  /// Where a new file goes.
  public static Path preferredPlace(Machine machine) {
    return machine.isRoot() ? places(machine).getFirst() : places(machine).getLast();
  }

  private static Config read(Section root, Machine machine, Set<String> formats) {
    Path data = root.get(DATA, defaultData(machine));
    if (!data.isAbsolute()) {
      // A user without a home directory, as containers run with: Java calls it "?".
      root.complain(
          DATA,
          "there is no home directory to keep data in",
          "set it, or the variable LARDER_DATA");
    }
    Section packages = root.table("packages");
    Section console = root.table("console");
    List<Section> mirrors = mirrors(root.table("mirror"), formats);
    List<Section> repositories = root.table("repo").tables();
    Listeners listeners = new Listeners();
    Config config =
        new Config(
            data,
            PackagesSettings.read(packages, root.table("access")),
            LimitsSettings.read(root.table("limits")),
            ConsoleSettings.read(console),
            TokenSettings.read(root.list("token")),
            CacheSettings.read(root.table("cache")),
            EgressSettings.read(root.table("egress")),
            LogSettings.read(root.table("log"), logPlaces(machine)),
            mirrors.stream().map(mirror -> MirrorSettings.read(mirror, formats)).toList(),
            repositories.stream()
                .map(repository -> RepositorySettings.read(repository, HostedFormats.NAMES))
                .toList());
    listeners.add(packages, PackagesSettings.LISTEN, config.packages().listen());
    listeners.add(console, ConsoleSettings.LISTEN, config.console().listen());
    for (int i = 0; i < mirrors.size(); i++) {
      listeners.add(mirrors.get(i), MirrorSettings.LISTEN, config.mirrors().get(i).listen());
    }
    checkPaths(repositories, config);
    for (int i = 0; i < repositories.size(); i++) {
      listeners.add(
          repositories.get(i), RepositorySettings.LISTEN, config.repositories().get(i).listen());
    }
    return config;
  }

  /// A path that two would answer at is a mistake, and a mirror goes before it.
  private static void checkPaths(List<Section> sections, Config config) {
    Set<String> mirrors =
        config.mirrors().stream().map(MirrorSettings::name).collect(Collectors.toSet());
    Map<String, String> taken = new HashMap<>();
    for (int i = 0; i < sections.size(); i++) {
      RepositorySettings repository = config.repositories().get(i);
      for (String path : repository.paths()) {
        String other = taken.putIfAbsent(path, repository.name());
        if (other != null) {
          sections
              .get(i)
              .complain(
                  RepositorySettings.PATHS,
                  "%s is a path of [repo.%s] already".formatted(path, other),
                  "choose another one");
        }
      }
      for (Shadow shadow : Shadow.of(mirrors, List.of(repository))) {
        sections
            .get(i)
            .complain(
                RepositorySettings.PATHS,
                "nobody is led to %s: %s".formatted(shadow.path(), shadow.problem()),
                "choose another path here, or another name for the mirror");
      }
    }
  }

  private static List<Section> mirrors(Section table, Set<String> formats) {
    List<Section> configured = table.tables();
    return configured.isEmpty()
        ? MirrorSettings.defaults(formats).stream().map(table::table).toList()
        : configured;
  }

  private static LogSettings.Places logPlaces(Machine machine) {
    // systemd gives a list if several directories are configured; the first is ours.
    String logs = machine.variable("LOGS_DIRECTORY").replaceFirst(":.*", "");
    return new LogSettings.Places(
        logs.startsWith("/") ? Path.of(logs).normalize() : machine.root().resolve("var/log/larder"),
        machine.root().resolve(machine.isFreeBsd() ? "var/run/log" : "dev/log"));
  }

  private static Path defaultData(Machine machine) {
    // systemd gives a list if several directories are configured; the first is ours.
    String state = machine.variable("STATE_DIRECTORY").replaceFirst(":.*", "");
    if (state.startsWith("/")) {
      return Path.of(state).normalize();
    }
    if (machine.isRoot()) {
      return machine.root().resolve(machine.isFreeBsd() ? "var/db/larder" : "var/lib/larder");
    }
    return machine.xdg("XDG_DATA_HOME", ".local/share").resolve("larder").normalize();
  }
}
