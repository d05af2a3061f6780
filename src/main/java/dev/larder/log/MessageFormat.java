package dev.larder.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a message is written.
enum MessageFormat {
  /// Time, level and message in a line; the lines of a stack trace behind it, indented.
  TEXT {
    @Override
    List<String> lines(ILoggingEvent event, Sink sink, ZoneId zone) {
      StringBuilder line = new StringBuilder(128);
      if (!sink.isDated()) {
        new Stamps(zone).local(line, event.getTimeStamp());
        line.append(' ');
      }
      if (!sink.isGraded()) {
        String level = event.getLevel().toString();
        line.append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
      }
      String logger = event.getLoggerName();
      if (!logger.startsWith(OURS) || !event.getLevel().isGreaterOrEqual(Level.INFO)) {
        // Who says it matters only to those who look closely, or when it is a library.
        line.append(shortened(logger)).append(": ");
      }
      line.append(Escaped.line(cut(event.getFormattedMessage(), LONGEST)));
      List<String> lines = new ArrayList<>();
      lines.add(line.toString());
      IThrowableProxy thrown = event.getThrowableProxy();
      if (thrown != null) {
        ThrowableProxyUtil.asString(thrown)
            .lines()
            .map(each -> "  " + Escaped.line(cut(each.replace("\t", "  "), LONGEST)))
            .forEach(lines::add);
      }
      return lines;
    }
  },
  /// One object of JSON in a line.
  JSON {
    @Override
    List<String> lines(ILoggingEvent event, Sink sink, ZoneId zone) {
      // A line that is cut is no JSON any more, so what is in it is made shorter.
      String line = json(event, zone, LONGEST);
      for (int most = LONGEST / 2; isTooLong(line, sink) && most >= SHORTEST; most /= 2) {
        line = json(event, zone, most);
      }
      return List.of(line);
    }

    private static boolean isTooLong(String line, Sink sink) {
      return line.getBytes(StandardCharsets.UTF_8).length > sink.longest();
    }

    private static String json(ILoggingEvent event, ZoneId zone, int most) {
      JsonLine line = new JsonLine();
      line.time(new Stamps(zone), event.getTimeStamp());
      line.with("level", Severity.of(event.getLevel()).word());
      line.with("logger", shortened(event.getLoggerName()));
      line.with("message", cut(event.getFormattedMessage(), most));
      IThrowableProxy thrown = event.getThrowableProxy();
      if (thrown != null) {
        line.with("exception", cut(ThrowableProxyUtil.asString(thrown), most));
      }
      if (!event.getThreadName().isEmpty()) {
        line.with("thread", cut(event.getThreadName(), SHORTEST));
      }
      return line.end();
    }
  };

  private static final String OURS = "dev.larder.";
  private static final int LONGEST = 1 << 15;
  private static final int SHORTEST = 64;

  private static String cut(@Nullable String text, int most) {
    return Escaped.cut(String.valueOf(text), most);
  }

  /// The lines of a message.
  ///
  /// @param zone for times that are not in UTC
  abstract List<String> lines(ILoggingEvent event, Sink sink, ZoneId zone);

  /// A logger's name as `levels` of the configuration takes it: `mirror.Fill` of ours, the whole
  /// name of others.
  static String shortened(String logger) {
    return logger.startsWith(OURS) ? logger.substring(OURS.length()) : logger;
  }
}
