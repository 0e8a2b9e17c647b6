package io.sluice.perf.machine;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.sluice.model.SluiceException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Bytes that the threads of another JVM of the same user have allocated. Threads that have ended are not in the sum, and
 * those that answer this question are left out.
 */
public final class Allocation implements AutoCloseable {
    private final JMXConnector connection;
    private final ThreadMXBean threads;

    /** Starts the management agent of that JVM. */
    public Allocation(long pid) {
        try {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
            String address;
            try {
                address = machine.startLocalManagementAgent();
            } finally {
                machine.detach();
            }
            this.connection = JMXConnectorFactory.connect(new JMXServiceURL(address));
            this.threads = ManagementFactory.newPlatformMXBeanProxy(
                    connection.getMBeanServerConnection(), ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        } catch (IOException | AttachNotSupportedException failed) {
            throw new SluiceException("cannot watch process %d: %s".formatted(pid, failed.getMessage()), failed);
        }
    }

    public long bytes() {
        long[] ids = threads.getAllThreadIds();
        ThreadInfo[] infos = threads.getThreadInfo(ids);
        long[] allocated = threads.getThreadAllocatedBytes(ids);
        long sum = 0;
        for (int i = 0; i < ids.length; i++) {
            if (infos[i] != null && allocated[i] > 0 && !isAgent(infos[i].getThreadName())) {
                sum += allocated[i];
            }
        }
        return sum;
    }

    private static boolean isAgent(String thread) {
        return thread.startsWith("RMI ") || thread.startsWith("JMX ");
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException gone) {
            // The process may have ended before; then there is nothing left to close.
            return;
        }
    }
}
