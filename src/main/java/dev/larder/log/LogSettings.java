package dev.larder.log;

import ch.qos.logback.classic.Level;
import dev.larder.config.Addresses;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `[log]` and `[log.access]` tables: what is said, how, and where it goes.
///
/// @param level from which on Larder's own messages are written
/// @param levels the same for single loggers
/// @param format of messages
/// @param target where messages go
/// @param file where, if that is a file; absolute
/// @param syslog where syslog is and what it is told
/// @param rotation of files, also that of the access log
/// @param access the access log
public record LogSettings(
    LogLevel level,
    List<LoggerLevel> levels,
    MessageFormat format,
    Target target,
    Path file,
    Syslog syslog,
    Rotation rotation,
    Access access) {
  private static final int DEFAULT_KEEP = 10;
  private static final int MOST_KEPT = 1000;

  static final Key<LogLevel> LEVEL =
      Key.of(
          "level",
          Type.oneOf(LogLevel.class),
          LogLevel.INFO,
          "From which level on Larder's messages are written; libraries write warnings and errors.");

  static final Key<List<LoggerLevel>> LEVELS =
      Key.of(
          "levels",
          Type.list("list of logger=level", LoggerLevel.TYPE),
          List.of(),
          "The level of single loggers: a package or class of Larder, such as `mirror=debug` or"
              + " `mirror.Fill=debug`, or the whole name of a library's, such as"
              + " `org.apache.hc=info`.");

  static final Key<MessageFormat> FORMAT =
      Key.of(
          "format",
          Type.oneOf(MessageFormat.class),
          MessageFormat.TEXT,
          "`\"json\"` is one object a line; docs/logging.md has its fields.");

  static final Key<Target> TARGET =
      Key.of(
          "target",
          Type.oneOf(Target.class),
          Target.STDERR,
          "Where messages go. On `\"stderr\"` that leads to systemd's journal they have no time, which"
              + " it writes itself, and the journal's priorities.");

  static final Key<Path> FILE =
      Key.open(
          "file",
          Type.path("/var/log/larder/larder.log"),
          "`larder.log` in `$LOGS_DIRECTORY`, else in `/var/log/larder`",
          "The file of `target = \"file\"`. One that was moved away is written anew, at once after"
              + " SIGUSR1 and else with the next line a second later.");

  static final Key<SyslogReceiver> SYSLOG =
      Key.open(
          "syslog",
          receiver(),
          "`/dev/log`, on FreeBSD `/var/run/log`",
          "Where `target = \"syslog\"` leads: a socket of this machine, or an address:port, which is"
              + " sent RFC 5424 over UDP.");

  static final Key<SyslogSink.Facility> FACILITY =
      Key.of(
          "facility",
          Type.oneOf(SyslogSink.Facility.class),
          SyslogSink.Facility.DAEMON,
          "What syslog sorts by.");

  static final Key<Long> MAX_SIZE =
      Key.of(
          "max-size",
          Type.size(),
          100L << 20,
          "A log file of this size is moved away and a new one begun; `\"0B\"` leaves that to others.");

  static final Key<Duration> MAX_AGE =
      Key.of(
          "max-age",
          Type.duration(),
          Duration.ZERO,
          "The same after this time; `\"0s\"` is never.");

  static final Key<Integer> KEEP =
      Key.of(
          "keep",
          Type.integer(1, MOST_KEPT, DEFAULT_KEEP),
          DEFAULT_KEEP,
          "How many files that were moved away stay beside each log.");

  static final Key<Boolean> COMPRESS =
      Key.of("compress", Type.bool(), true, "Whether they are packed with gzip.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "log",
          "What `larder serve` tells: where it goes, and how much of it. Commands are not concerned."
              + " docs/logging.md shows how it looks, and how it goes with journald, logrotate and"
              + " newsyslog.",
          false,
          List.of(
              LEVEL, LEVELS, FORMAT, TARGET, FILE, SYSLOG, FACILITY, MAX_SIZE, MAX_AGE, KEEP,
              COMPRESS));

  /// Takes a defensive copy.
  public LogSettings {
    levels = List.copyOf(levels);
  }

  /// Where messages go.
  enum Target {
    STDERR,
    FILE,
    SYSLOG
  }

  /// Where syslog is.
  ///
  /// @param facility what it sorts by
  record Syslog(SyslogReceiver receiver, SyslogSink.Facility facility) {}

  /// What holds where nothing is configured.
  ///
  /// @param directory of log files
  /// @param syslog the socket of this machine's daemon
  public record Places(Path directory, Path syslog) {}

  /// Reads `[log]` and `[log.access]`.
  ///
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static LogSettings read(Section section, Places places) {
    LogSettings settings =
        new LogSettings(
            section.get(LEVEL),
            section.get(LEVELS),
            section.get(FORMAT),
            section.get(TARGET),
            section.get(FILE, places.directory().resolve("larder.log")),
            new Syslog(
                section.get(SYSLOG, new SyslogReceiver.Local(places.syslog())),
                section.get(FACILITY)),
            new Rotation(
                section.get(MAX_SIZE),
                section.get(MAX_AGE),
                section.get(KEEP),
                section.get(COMPRESS)),
            Access.read(section.table("access"), places));
    Access access = settings.access();
    if (settings.target() == Target.FILE
        && access.target() == AccessTarget.FILE
        && access.file().equals(settings.file())) {
      section
          .table("access")
          .complain(Access.FILE, "messages go to this file", "give the access log its own");
    }
    return settings;
  }

  private static Type<SyslogReceiver> receiver() {
    return Type.text(
        "path or address:port",
        "/dev/log",
        text ->
            text.startsWith("/")
                ? new SyslogReceiver.Local(Path.of(text).normalize())
                : new SyslogReceiver.Udp(server(text)),
        receiver ->
            switch (receiver) {
              case SyslogReceiver.Local(Path socket) -> socket.toString();
              case SyslogReceiver.Udp(InetSocketAddress address) -> Addresses.format(address);
            });
  }

  private static InetSocketAddress server(String text) {
    InetSocketAddress address = Addresses.parseWithPort(text);
    if (address.getPort() == 0 || address.getAddress().isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          text + " is not the address of a server; write one such as 192.0.2.7:514");
    }
    return address;
  }

  /// A level, as people write it.
  enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    Level level() {
      return Level.toLevel(name());
    }
  }

  /// The level of one logger.
  ///
  /// @param logger its whole name
  record LoggerLevel(String logger, LogLevel level) {
    private static final String OURS = "dev.larder.";
    private static final Pattern FORM = Pattern.compile("([A-Za-z][\\w.$-]*)=([a-z]+)");

    static final Type<LoggerLevel> TYPE =
        Type.text("logger=level", "mirror=debug", LoggerLevel::parse, LoggerLevel::text);

    private static LoggerLevel parse(String text) {
      Matcher parts = FORM.matcher(text);
      if (!parts.matches()) {
        throw new IllegalArgumentException("expected logger=level, got \"" + text + "\"");
      }
      String name = parts.group(1);
      try {
        LogLevel level = LogLevel.valueOf(parts.group(2).toUpperCase(Locale.ROOT));
        return new LoggerLevel(isOurs(name) ? OURS + name : name, level);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "\"%s\" is no level; there are error, warn, info, debug and trace"
                .formatted(parts.group(2)),
            e);
      }
    }

    /// Whether it is one of Larder's without `dev.larder.`: a single word, or what begins with a
    /// package of Larder, as no library's name does.
    private static boolean isOurs(String name) {
      int dot = name.indexOf('.');
      return dot < 0
          || LogSettings.class.getResource(
                  "/dev/larder/%s/package-info.class".formatted(name.substring(0, dot)))
              != null;
    }

    private String text() {
      return MessageFormat.shortened(logger) + "=" + level.name().toLowerCase(Locale.ROOT);
    }
  }

  /// The access log.
  ///
  /// @param target where it goes
  /// @param format of its lines
  /// @param file where, if that is a file; absolute
  public record Access(AccessTarget target, AccessFormat format, Path file) {
    static final Key<AccessTarget> TARGET =
        Key.of(
            "target",
            Type.oneOf(AccessTarget.class),
            AccessTarget.OFF,
            "Where it goes. Files are rotated as `[log]` says, and syslog is where it says.");

    static final Key<AccessFormat> FORMAT =
        Key.of(
            "format",
            Type.oneOf(AccessFormat.class),
            AccessFormat.TEXT,
            "`\"combined\"` is the format of Apache and nginx, for programs that read it; `\"json\"`"
                + " is one object a line. docs/logging.md has the fields.");

    static final Key<Path> FILE =
        Key.open(
            "file",
            Type.path("/var/log/larder/access.log"),
            "`access.log` in `$LOGS_DIRECTORY`, else in `/var/log/larder`",
            "The file of `target = \"file\"`.");

    /// The table, for the reference.
    public static final KeyTable TABLE =
        new KeyTable(
            "log.access",
            "The access log: a line for each request to the package listener.",
            false,
            List.of(TARGET, FORMAT, FILE));

    private static Access read(Section section, Places places) {
      return new Access(
          section.get(TARGET),
          section.get(FORMAT),
          section.get(FILE, places.directory().resolve("access.log")));
    }
  }

  /// Where the access log goes.
  enum AccessTarget {
    OFF,
    STDERR,
    FILE,
    SYSLOG
  }
}
