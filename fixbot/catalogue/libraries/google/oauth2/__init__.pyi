"""google.oauth2: the package of the modules beside this file.

Facts on blocking: nothing is declared here.
"""
