/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection to this machine, as it is on the wire. Not thread-safe. */
public final class Wire implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;
    private boolean inChunk;

    public Wire(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            in = socket.getInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request on a connection of its own. */
    public static Answer get(int port, String path, String... headers) {
        try (Wire wire = new Wire(port)) {
            return wire.send("GET", path, headers).read("GET");
        }
    }

    public Answer get(String path, String... headers) {
        return send("GET", path, headers).read("GET");
    }

    public Wire send(String method, String path, String... headers) {
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return raw(request.append("\r\n").toString());
    }

    public Wire raw(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a whole response to a request with {@code method}. */
    public Answer read(String method) {
        try {
            Answer head = readHead();
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            if (!method.equals("HEAD") && head.status() != 204 && head.status() != 304) {
                if ("chunked".equals(head.headers().get("transfer-encoding"))) {
                    for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
                        body.write(chunk);
                    }
                } else if (head.headers().containsKey("content-length")) {
                    body.write(in.readNBytes(Integer.parseInt(head.headers().get("content-length"))));
                } else {
                    body.write(in.readAllBytes());
                }
            }
            return new Answer(head.status(), head.headers(), body.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads status line and headers. */
    public Answer readHead() {
        try {
            String[] status = line().split(" ", 3);
            Map<String, String> headers = new TreeMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            return new Answer(Integer.parseInt(status[1]), headers, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads so many bytes of a body, or to its end; returns how many. */
    public int readBytes(int count) {
        try {
            return in.readNBytes(count).length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads one chunk of a chunked body; empty at its end. */
    public byte[] readChunk() {
        try {
            if (inChunk) {
                String unused = line(); // Jetty sends the end of a chunk with the next one
            }
            byte[] chunk = in.readNBytes(Integer.parseInt(line(), 16));
            inChunk = chunk.length > 0;
            if (!inChunk) {
                String unused = line();
            }
            return chunk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads to the end of a chunked body. */
    public void skipChunks() {
        while (readChunk().length > 0) {
            // only the end counts
        }
    }

    /** Whether the server has closed the connection; waits for it. */
    public boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Closes with a reset, as a client that dies. */
    public void abort() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed after '" + line + "'");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** What came; header names in lower case. */
    public record Answer(int status, Map<String, String> headers, String body) {
        public @Nullable String header(String name) {
            return headers.get(name);
        }
    }
}
