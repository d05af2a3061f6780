package dev.larder.sign;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A gpg-agent, asked for signatures through its socket (GnuPG's manual, "Agent's Assuan
/// Protocol"). It is told never to ask anybody: nobody sits before it. So the key must be usable as
/// it lies there: without a password or with one the agent remembers, on a card with its PIN
/// entered.
///
/// One signature at a time; each has a connection of its own, so a restarted agent is no trouble.
final class GpgAgent {
  private static final int NO_SECRET_KEY = 17;
  private static final int NO_PIN_ENTRY = 85;
  private static final int CANCELED = 99;
  private static final int KEY_TYPE = 1;
  private static final int CARD = 2;
  private static final int CACHED = 4;
  private static final int PROTECTION = 5;
  private static final int FLAGS = 8;
  private static final int PIN_TRIES = 4;
  private static final String UNLOCK =
      "unlock it by signing something by hand as the user of that agent";

  /// A card may think for seconds, and an agent asks it several things.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path socket;
  private final Duration patience;
  private final ReentrantLock one = new ReentrantLock();

  GpgAgent(Path socket) {
    this(socket, PATIENCE);
  }

  /// @param patience for each answer
  GpgAgent(Path socket, Duration patience) {
    this.socket = socket;
    this.patience = patience;
  }

  Path socket() {
    return socket;
  }

  /// Whether the agent has the secret of a key.
  boolean has(String keygrip) throws IOException {
    one.lock();
    try (AssuanConnection connection = AssuanConnection.open(socket, patience)) {
      return connection.ask("HAVEKEY " + keygrip).isOk();
    } finally {
      one.unlock();
    }
  }

  /// Lets the agent sign a hash.
  ///
  /// @throws IOException if it does not; the message says why and what to do
  List<byte[]> sign(String keygrip, KeyAlgorithm algorithm, byte[] digest) throws IOException {
    one.lock();
    try (AssuanConnection connection = AssuanConnection.open(socket, patience)) {
      expect(connection, "OPTION pinentry-mode=error");
      look(connection, keygrip);
      expect(connection, "SIGKEY " + keygrip);
      expect(
          connection,
          "SETHASH --hash=%s %s"
              .formatted(
                  algorithm.hash().agentName(), HexFormat.of().withUpperCase().formatHex(digest)));
      byte[] signature = expect(connection, "PKSIGN").data();
      return SignatureValue.numbers(signature, algorithm);
    } finally {
      one.unlock();
    }
  }

  /// Refuses what would need a person, before the agent or its card count it as a failure.
  private void look(AssuanConnection connection, String keygrip) throws IOException {
    AssuanConnection.Reply reply = connection.ask("KEYINFO " + keygrip);
    String line = reply.status("KEYINFO");
    if (!reply.isOk() || line == null) {
      throw failed(reply.code(), reply.error());
    }
    String[] fields = line.split(" ", -1);
    if (fields.length > FLAGS && fields[FLAGS].contains("c")) {
      throw refused(
          "asks for a confirmation each time the key is used",
          "take the confirmation from this key, or use another");
    }
    boolean onCard = fields.length > KEY_TYPE && fields[KEY_TYPE].equals("T");
    if (onCard) {
      lookAtCard(connection, fields.length > CARD ? fields[CARD] : "");
    } else if (fields.length > PROTECTION
        && fields[PROTECTION].equals("P")
        && !fields[CACHED].equals("1")) {
      throw refused("does not remember the password of the key", UNLOCK);
    }
  }

  /// A card that is locked after the next wrong PIN is left alone.
  private void lookAtCard(AssuanConnection connection, String serial) throws IOException {
    if (serial.matches("[0-9A-Fa-f]+")) {
      AssuanConnection.Reply there = connection.ask("SCD SERIALNO --demand=" + serial);
      if (!there.isOk()) {
        throw refused("does not find the card " + serial, "put it in");
      }
    }
    String status = connection.ask("SCD GETATTR CHV-STATUS").status("CHV-STATUS");
    Integer tries = status == null ? null : triesLeft(status);
    if (tries != null && tries <= 1) {
      throw refused(
          "has a card with %s left".formatted(tries == 1 ? "1 PIN try" : tries + " PIN tries"),
          "enter the right PIN by hand first, or reset it with gpg --card-edit");
    }
  }

  /// How often a wrong PIN may still be entered, from what a card says of its PINs: a flag, three
  /// lengths, then the tries left of each (`+1+127+127+127+3+0+3`).
  static @Nullable Integer triesLeft(String status) {
    String[] numbers = status.replace('+', ' ').strip().split(" +", -1);
    try {
      return numbers.length > PIN_TRIES ? Integer.valueOf(numbers[PIN_TRIES]) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private AssuanConnection.Reply expect(AssuanConnection connection, String command)
      throws IOException {
    AssuanConnection.Reply reply = connection.ask(command);
    if (!reply.isOk()) {
      throw failed(reply.code(), reply.error());
    }
    return reply;
  }

  private KeyRefused failed(int code, String error) {
    return switch (code) {
      case NO_SECRET_KEY -> refused("does not have the secret key", "name the agent that has it");
      case NO_PIN_ENTRY, CANCELED -> refused("would have to ask for the password or PIN", UNLOCK);
      default -> refused("does not sign: " + error, "look at its log");
    };
  }

  private KeyRefused refused(String what, String advice) {
    return KeyRefused.unfit("the gpg-agent at %s %s".formatted(socket, what), advice);
  }
}
