package dev.larder.limits;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusalsTest {
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(Refusals.class);
  private final Refusals refusals = LimitsFixture.limits().refusals();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(appender);
    logger.setLevel(null);
  }

  private List<String> lines() {
    List<String> lines = appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    appender.list.clear();
    return lines;
  }

  @Test
  void aClientIsOneLineHoweverOftenItWasRefused() {
    for (int i = 0; i < 1000; i++) {
      refusals.count(Refusals.Reason.RATE, InetAddress.ofLiteral("192.0.2.1"));
      refusals.count(Refusals.Reason.FILLS, InetAddress.ofLiteral("2001:db8::" + i));
    }
    refusals.count(Refusals.Reason.CONNECTIONS, InetAddress.ofLiteral("192.0.2.1"));
    refusals.tell();
    assertThat(lines())
        .containsExactly(
            "refused to 192.0.2.1 within a minute: connections 1, rate 1000",
            "refused to 2001:db8::/64 within a minute: fills 1000");
    refusals.tell();
    assertThat(lines()).isEmpty();
  }

  @Test
  void theFirstOfAClientWithinAMinuteIsKnownAsThat() {
    InetAddress client = InetAddress.ofLiteral("192.0.2.1");
    assertThat(refusals.count(Refusals.Reason.PROXY, client)).isTrue();
    assertThat(refusals.count(Refusals.Reason.PROXY, client)).isFalse();
    assertThat(refusals.count(Refusals.Reason.PROXY, InetAddress.ofLiteral("192.0.2.2"))).isTrue();
    refusals.tell();
    assertThat(refusals.count(Refusals.Reason.PROXY, client)).isTrue();
  }

  @Test
  void ofVeryManyClientsTheMostAreNamed() {
    for (int i = 0; i < 5000; i++) {
      refusals.count(
          Refusals.Reason.RATE, InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250));
    }
    refusals.tell();
    List<String> lines = lines();
    assertThat(lines).hasSize(11);
    assertThat(lines.getLast())
        .isEqualTo("refused to 990 or more other clients within a minute: 4990");
    assertThat(refusals.counts()).containsEntry("rate", 5000L).containsEntry("pages", 0L);
  }
}
