package dev.larder.log;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.PrintStream;
import java.time.ZoneId;

/// What Logback does until [Logs] are open, and in commands: messages go to standard error, so that
/// the output of a command can be piped. Libraries speak only when something is wrong.
///
/// Logback finds it as a service. It could read the same from a file, but needs an XML parser for
/// that: some hundred classes, in memory as long as the process lives, for a dozen lines. A file
/// that the system property `logback.configurationFile` names is still read instead.
public final class FirstLog extends ContextAwareBase implements Configurator {
  /// Called by Logback.
  public FirstLog() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    begin(context, System.err);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static void begin(LoggerContext context, PrintStream stream) {
    Sink stderr = new StderrSink(stream, false);
    MessageAppender appender =
        new MessageAppender(
            new MessageAppender.Output(stderr, MessageFormat.TEXT), stderr, ZoneId.systemDefault());
    appender.setContext(context);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(appender);
    context.getLogger(Logs.OURS).setLevel(Level.INFO);
  }
}
