"""requests.packages: old names of the libraries below it.

Facts on blocking: names only.
"""

import idna as idna
import urllib3 as urllib3
