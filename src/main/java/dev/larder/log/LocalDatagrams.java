package dev.larder.log;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Sends datagrams to a unix socket, which the JDK's channels cannot: of unix sockets they know
/// streams only. Calls the C library (socket(2), sendto(2)), on Linux and FreeBSD. Each datagram
/// finds its way anew, so that a daemon that was restarted gets the next one; one that takes none
/// for a second loses it.
public final class LocalDatagrams implements Closeable {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle CODE =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final boolean BSD = !System.getProperty("os.name", "").equals("Linux");
  private static final int SOL_SOCKET = BSD ? 0xffff : 1;
  private static final int SO_SNDTIMEO = BSD ? 0x1005 : 21;
  private static final int LONGEST_NAME = BSD ? 103 : 107;
  private static final int FAMILY_BYTES = 2;

  private static final MethodHandle SOCKET =
      function(
          "socket",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));
  private static final MethodHandle SET_OPTION =
      function(
          "setsockopt",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle SEND =
      function(
          "sendto",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private final String receiver;
  private final byte[] address;
  private int socket;

  private LocalDatagrams(String receiver, byte[] address) {
    this.receiver = receiver;
    this.address = address;
  }

  @SuppressWarnings("restricted") // the launcher allows native access
  private static MethodHandle function(String name, FunctionDescriptor signature) {
    return LINKER.downcallHandle(LINKER.defaultLookup().find(name).orElseThrow(), signature, ERRNO);
  }

  /// A socket that sends to `path`; that there is somebody is not asked.
  ///
  /// @throws IOException if there can be no socket, or the path is too long for one
  public static LocalDatagrams to(Path path) throws IOException {
    return to(path.toString(), path + "\0");
  }

  /// A socket that sends to a name of Linux's abstract namespace (unix(7)), which is no file: its
  /// first byte is zero, and it has no end but that of the address.
  ///
  /// @param name without that byte
  /// @throws IOException if there can be no socket, the name is too long for one, or this system
  ///   knows no such names
  public static LocalDatagrams toAbstract(String name) throws IOException {
    if (BSD) {
      throw new IOException("@" + name + ": only Linux knows sockets without a path");
    }
    return to("@" + name, "\0" + name);
  }

  private static LocalDatagrams to(String receiver, String name) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST_NAME + 1) {
      throw new IOException(receiver + " is too long for the name of a socket");
    }
    LocalDatagrams datagrams = new LocalDatagrams(receiver, socketAddress(bytes));
    datagrams.open();
    return datagrams;
  }

  /// `struct sockaddr_un`: the family is two bytes on Linux; on BSD the first is the length.
  private static byte[] socketAddress(byte[] name) {
    byte[] address = new byte[FAMILY_BYTES + name.length];
    if (BSD) {
      address[0] = (byte) (address.length - 1); // without the zero at the end
      address[1] = AF_UNIX;
    } else {
      short family = AF_UNIX;
      MemorySegment.ofArray(address).set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, family);
    }
    System.arraycopy(name, 0, address, FAMILY_BYTES, name.length);
    return address;
  }

  private void open() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      socket = (int) SOCKET.invokeExact(state, AF_UNIX, SOCK_DGRAM, 0);
      if (socket < 0) {
        throw failed("there is no socket", state);
      }
      // A daemon that hangs must not hold up whoever has something to say.
      MemorySegment second = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L, 0L);
      int done =
          (int)
              SET_OPTION.invokeExact(
                  state, socket, SOL_SOCKET, SO_SNDTIMEO, second, (int) second.byteSize());
      if (done < 0) {
        throw failed("its patience cannot be set", state);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /// Sends one datagram.
  ///
  /// @throws IOException if nobody takes it
  public void send(byte[] message) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
      MemorySegment to = arena.allocateFrom(ValueLayout.JAVA_BYTE, address);
      long sent =
          (long)
              SEND.invokeExact(state, socket, bytes, bytes.byteSize(), 0, to, (int) to.byteSize());
      if (sent < 0) {
        throw failed("nobody takes messages there", state);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private IOException failed(String what, MemorySegment state) {
    return new IOException(receiver + ": " + what + " (error " + (int) CODE.get(state, 0L) + ")");
  }

  @Override
  public void close() {
    try (Arena arena = Arena.ofConfined()) {
      int ignored = (int) CLOSE.invokeExact(arena.allocate(STATE), socket);
      socket = ignored < 0 ? socket : -1;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
