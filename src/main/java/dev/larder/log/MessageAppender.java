package dev.larder.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// Takes messages from Logback, counts them and writes them. What cannot be written goes to
/// standard error, so that it is not lost without a word.
final class MessageAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private final Map<Severity, LongAdder> counts = new EnumMap<>(Severity.class);
  private final Sink otherwise;
  private final ZoneId zone;
  private volatile Output output;
  private volatile boolean troubled;

  /// Where messages go and how they are written.
  record Output(Sink sink, MessageFormat format) {}

  MessageAppender(Output output, Sink otherwise, ZoneId zone) {
    this.output = output;
    this.otherwise = otherwise;
    this.zone = zone;
    for (Severity severity : Severity.values()) {
      counts.put(severity, new LongAdder());
    }
  }

  /// Messages since the start, by severity.
  long count(Severity severity) {
    LongAdder count = counts.get(severity);
    return count == null ? 0 : count.sum();
  }

  Output output() {
    return output;
  }

  /// Writes there from now on.
  void redirect(Output next) {
    output = next;
  }

  @Override
  protected void append(ILoggingEvent event) {
    Severity severity = Severity.of(event.getLevel());
    LongAdder count = counts.get(severity);
    if (count != null) {
      count.increment();
    }
    Output to = output;
    try {
      to.sink().write(severity, to.format().lines(event, to.sink(), zone));
      troubled = false;
    } catch (IOException e) {
      writeOtherwise(event, severity, e);
    }
  }

  private void writeOtherwise(ILoggingEvent event, Severity severity, IOException why) {
    try {
      if (!troubled) {
        troubled = true;
        String what = "The log cannot be written, so messages come here until it can: ";
        otherwise.write(Severity.ERROR, List.of(what + Escaped.line(why.toString())));
      }
      otherwise.write(severity, output.format().lines(event, otherwise, zone));
    } catch (IOException e) {
      addError("standard error cannot be written", e);
    }
  }
}
