/* Stand-in for bcryptprimitives.dll, which Wine 8 lacks: the one function of it that Rust's standard library calls.
 * RtlGenRandom, exported as SystemFunction036, is Wine's own source of random bytes. Under Windows it is not needed.
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(void *bytes, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T length) {
    return length <= MAXDWORD && SystemFunction036(bytes, (ULONG)length);
}
