package dev.larder.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// All logs of a server. While it is open, what is said through SLF4J goes where the settings say;
/// before and after, and in commands, where [FirstLog] says.
public final class Logs implements Closeable {
  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Logs.class);
  static final String OURS = "dev.larder";

  private final Surroundings around;
  private final AccessLog access;
  private final Map<Logger, @Nullable Level> levelsBefore = new HashMap<>();
  private final List<Appender<ILoggingEvent>> appendersBefore = new ArrayList<>();
  private final MessageAppender appender;

  /// What logs need of the process.
  ///
  /// @param stderr standard error
  /// @param isJournal whether that is systemd's journal
  /// @param clock for rotation
  /// @param zone for times of people
  public record Surroundings(
      PrintStream stderr, boolean isJournal, InstantSource clock, ZoneId zone) {
    /// Those of this process.
    ///
    /// @param journalStream the value of `$JOURNAL_STREAM`, or an empty text
    public static Surroundings ofProcess(String journalStream) {
      return new Surroundings(
          System.err,
          StderrSink.isJournal(journalStream, Path.of("/dev/stderr")),
          InstantSource.system(),
          ZoneId.systemDefault());
    }
  }

  private Logs(LogSettings settings, Surroundings around) throws IOException {
    this.around = around;
    this.access = new AccessLog(around.zone());
    Sink stderr = new StderrSink(around.stderr(), around.isJournal());
    this.appender = new MessageAppender(messages(settings), stderr, around.zone());
    try {
      access.redirect(requests(settings));
    } catch (IOException e) {
      appender.output().sink().close();
      throw e;
    }
  }

  /// Opens the logs and begins to write what is said.
  ///
  /// @throws IOException if a file cannot be written; the message is a sentence for the operator
  public static Logs open(LogSettings settings, Surroundings around) throws IOException {
    Logs logs = new Logs(settings, around);
    logs.begin();
    logs.level(settings);
    return logs;
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private void begin() {
    Logger root = context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.iteratorForAppenders().forEachRemaining(appendersBefore::add);
    appender.setContext(context());
    appender.start();
    root.addAppender(appender);
    appendersBefore.forEach(root::detachAppender);
  }

  private void level(LogSettings settings) {
    restoreLevels();
    set(org.slf4j.Logger.ROOT_LOGGER_NAME, Level.WARN);
    set(OURS, settings.level().level());
    settings.levels().forEach(one -> set(one.logger(), one.level().level()));
  }

  private void set(String name, Level level) {
    Logger logger = context().getLogger(name);
    if (!levelsBefore.containsKey(logger)) {
      levelsBefore.put(logger, logger.getLevel());
    }
    logger.setLevel(level);
  }

  private void restoreLevels() {
    // The root logger must have one at any time, and has.
    levelsBefore.forEach(Logger::setLevel);
    levelsBefore.clear();
  }

  private MessageAppender.Output messages(LogSettings settings) throws IOException {
    Sink sink =
        switch (settings.target()) {
          case STDERR -> new StderrSink(around.stderr(), around.isJournal());
          case FILE -> file(settings.file(), settings.rotation(), "[log] file");
          case SYSLOG -> syslog(settings, "message");
        };
    return new MessageAppender.Output(sink, settings.format());
  }

  private AccessLog.@Nullable Output requests(LogSettings settings) throws IOException {
    LogSettings.Access wanted = settings.access();
    Sink sink =
        switch (wanted.target()) {
          case OFF -> null;
          case STDERR -> new StderrSink(around.stderr(), around.isJournal());
          case FILE -> file(wanted.file(), settings.rotation(), "[log.access] file");
          case SYSLOG -> syslog(settings, "access");
        };
    return sink == null ? null : new AccessLog.Output(sink, wanted.format());
  }

  private Sink file(Path path, Rotation rotation, String key) throws IOException {
    try {
      return new FileSink(LogFile.open(path, rotation, around.clock()));
    } catch (IOException e) {
      throw new IOException(
          "cannot write the log "
              + path
              + " ("
              + e
              + "): make its directory, let the user that runs Larder own it, or choose another "
              + key,
          e);
    }
  }

  private Sink syslog(LogSettings settings, String topic) throws IOException {
    LogSettings.Syslog syslog = settings.syslog();
    return SyslogSink.open(
        syslog.receiver(), syslog.facility(), topic, around.zone(), around.clock());
  }

  /// The access log, on or off.
  public AccessLog access() {
    return access;
  }

  /// Messages written since the start, by level: `error`, `warn`, `info`, `debug`.
  public Map<String, Long> messages() {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (Severity severity : Severity.values()) {
      counts.put(severity.word(), appender.count(severity));
    }
    return counts;
  }

  /// Lets go of log files and opens them anew, after somebody has moved them away. What cannot be
  /// opened is said and tried again with the next line.
  public synchronized void reopen() {
    reopen(appender.output().sink());
    access.reopen();
  }

  private static void reopen(Sink sink) {
    try {
      sink.reopen();
    } catch (IOException e) {
      LOG.warn("the log cannot be opened anew, see to its place: {}", e.toString());
    }
  }

  /// Takes other settings, and opens all files anew.
  ///
  /// @throws IOException if a file cannot be written; nothing has changed then, and the message is
  ///   a sentence for the operator
  public void apply(LogSettings settings) throws IOException {
    prepare(settings).apply();
  }

  /// Opens what other settings need.
  ///
  /// @throws IOException if a file cannot be written; the message is a sentence for the operator
  public Change prepare(LogSettings settings) throws IOException {
    MessageAppender.Output messages = messages(settings);
    try {
      return new Change(settings, messages, requests(settings));
    } catch (IOException e) {
      messages.sink().close();
      throw e;
    }
  }

  /// Other settings, with all that they need open.
  public final class Change {
    private final LogSettings settings;
    private final MessageAppender.Output messages;
    private final AccessLog.@Nullable Output requests;

    private Change(
        LogSettings settings,
        MessageAppender.Output messages,
        AccessLog.@Nullable Output requests) {
      this.settings = settings;
      this.messages = messages;
      this.requests = requests;
    }

    /// Takes the settings. Does not fail.
    public void apply() {
      synchronized (Logs.this) {
        Sink before = appender.output().sink();
        appender.redirect(messages);
        level(settings);
        // Whoever has just begun to write there finds it open, or opens it once more.
        close(before);
        AccessLog.Output requestsBefore = access.redirect(requests);
        if (requestsBefore != null) {
          close(requestsBefore.sink());
        }
      }
    }

    /// Leaves everything as it was.
    public void discard() {
      close(messages.sink());
      if (requests != null) {
        close(requests.sink());
      }
    }

    private static void close(Sink sink) {
      try {
        sink.close();
      } catch (IOException e) {
        LOG.warn("a log that is no longer written cannot be closed: {}", e.toString());
      }
    }
  }

  /// Writes what is still to be written, and leaves logging as it was before.
  @Override
  public synchronized void close() throws IOException {
    access.close();
    Logger root = context().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    appendersBefore.forEach(root::addAppender);
    root.detachAppender(appender);
    appender.stop();
    restoreLevels();
    appender.output().sink().close();
  }
}
